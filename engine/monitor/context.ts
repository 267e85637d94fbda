import type { PropertyMap } from "../graph/index.ts";
import { Callbacks } from "../grpc/index.ts";
import { DefaultProviders } from "./default-providers.ts";
import { Hooks } from "./hooks.ts";
import { Packages } from "./packages.ts";
import type { Provider } from "./provider.ts";
import type { Resources } from "./resources.ts";
import { Transforms } from "./transforms.ts";

/** Of what stack a program is evaluated, with what settings, and who answers for the provider plugins. */
interface Scope {
  project: string;
  stack: string;
  organization: string;
  /** The program's folder, in which it runs. */
  folder: string;
  /** `ns:key` -> value. */
  config: Record<string, string>;
  secretConfigKeys: string[];
  dryRun: boolean;
  provider: Provider;
  /** Stack name -> outputs. */
  stackReferences: Record<string, PropertyMap>;
  resources: Resources;
}

/** What every part of one evaluation shares. */
export interface Context extends Scope {
  callbacks: Callbacks;
  transforms: Transforms;
  hooks: Hooks;
  packages: Packages;
  defaultProviders: DefaultProviders;
}

/** The parts of one evaluation; its callbacks have to be closed at the end. */
export function createContext(scope: Scope): Context {
  const callbacks = new Callbacks();
  return {
    ...scope,
    callbacks,
    transforms: new Transforms(callbacks),
    hooks: new Hooks(callbacks, scope.dryRun),
    packages: new Packages(),
    defaultProviders: new DefaultProviders(scope, scope.resources),
  };
}
