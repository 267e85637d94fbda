import {
  evaluate,
  type Graph,
  type LogLine,
  type PolicyPack,
  type PropertyMap,
  readStackConfig,
  type StackConfig,
  startPolicyPack,
  type Violation,
} from "../engine/index.ts";
import type { Addresses } from "./addresses.ts";
import { createProvider } from "./provider/index.ts";

/**
 * Outputs for the stack reference of a stack of layer `applications`: those that are given, else, where no stack was
 * deployed, those of evaluating the foundation's stack, whose config file in `directory` has the last part of its name.
 */
export async function stackReferences(
  directory: string,
  { project, config }: StackConfig,
  options: { foundation?: PropertyMap; signal?: AbortSignal } = {},
): Promise<Record<string, PropertyMap>> {
  const name = config[`${project}:foundation`];
  if (config[`${project}:layer`] !== "applications" || !name) return {};
  if (options.foundation) return { [name]: options.foundation };
  const stack = name.split("/").at(-1) ?? name;
  const settings = await readStackConfig(directory, stack, []);
  const provider = createProvider({ refuses: true });
  const { outputs } = await evaluate({ ...settings, directory, stack, provider, signal: options.signal });
  return { [name]: outputs };
}

/** What a stack of the program in `directory` declares, and what the policy pack says of it. */
export interface Declared {
  graph: Graph;
  violations: Violation[];
  /** What the program logged that is no mere information, and what in the stack's settings may be meant otherwise. */
  logged: LogLine[];
}

/**
 * Evaluates the program and judges its graph; the two processes run side by side, and as the
 * program takes longer it is started first.
 * Without `addresses` the provider answers with AWS's names, with them with this machine's.
 */
export async function declare(options: {
  directory: string;
  stack: string;
  /** `key=value`, as `pulumi config set` takes them. */
  overrides?: string[];
  addresses?: Addresses;
  /** Outputs of the stack that a stack of layer `applications` stands on. @default those of an evaluation of its own */
  foundation?: PropertyMap;
  /** Gets the graph as soon as it seems complete, and again if it wasn't; its verdict and the program's end are to come. */
  onGraph?: (graph: Graph) => void;
  signal?: AbortSignal;
}): Promise<Declared> {
  const { directory, stack, signal } = options;
  const settings = await readStackConfig(directory, stack, options.overrides ?? []);
  const provider = createProvider({ addresses: options.addresses, refuses: true });
  const logged: LogLine[] = [];
  let starting: Promise<PolicyPack> | undefined;
  let verdict: Promise<Violation[]> | undefined;
  const startPack = () => {
    starting = startPolicyPack(`${directory}/policies`, { ...settings, stack, signal });
    // A program's error ends the run before anybody waits for the pack: its own failure is then beside the point.
    starting.catch(() => undefined);
    return starting;
  };
  const judge = (graph: Graph) => {
    verdict = (starting ?? startPack()).then((pack) => pack.judge(graph));
    verdict.catch(() => undefined);
    return verdict;
  };
  try {
    const references = await stackReferences(directory, settings, options);
    const graph = await evaluate({
      ...settings,
      directory,
      stack,
      provider,
      signal,
      stackReferences: references,
      onLog: (severity, message) => {
        if (severity === "warning" || severity === "error") logged.push({ severity, message });
      },
      onStarted: startPack,
      onResource: (resource) => {
        void starting?.then(
          (pack) => pack.judgeAhead(resource),
          () => undefined,
        );
      },
      onGraph: (graph) => {
        void judge(graph);
        options.onGraph?.(graph);
      },
    });
    return { graph, violations: await (verdict ?? judge(graph)), logged };
  } finally {
    await starting?.then(
      (pack) => pack.close(),
      () => undefined,
    );
  }
}

/** The violations that must stop a run, as one error. */
export function refuseMandatory(violations: Violation[]): void {
  const mandatory = violations.filter(({ level }) => level === "mandatory");
  if (mandatory.length === 0) return;
  const lines = mandatory.map(
    ({ policy, urn, message }) => `  ${policy}: ${message}${urn ? ` (${urn})` : ""}`,
  );
  throw new Error(`the policies refuse this stack:\n${lines.join("\n")}`);
}
