import type { Callbacks } from "./callbacks.ts";
import type { DefaultProviders } from "./default-providers.ts";
import type { PropertyMap } from "./graph.ts";
import type { Hooks } from "./hooks.ts";
import type { Packages } from "./packages.ts";
import type { Provider } from "./provider.ts";
import type { Resources } from "./resources.ts";
import type { Transforms } from "./transforms.ts";

/** What every part of one evaluation shares. */
export interface Context {
  project: string;
  stack: string;
  organization: string;
  /** `ns:key` -> value. */
  config: Record<string, string>;
  secretConfigKeys: string[];
  dryRun: boolean;
  provider: Provider;
  /** Stack name -> outputs. */
  stackReferences: Record<string, PropertyMap>;
  resources: Resources;
  callbacks: Callbacks;
  transforms: Transforms;
  hooks: Hooks;
  packages: Packages;
  defaultProviders: DefaultProviders;
}
