import { resolve } from "node:path";
import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import resourceRpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import type { Graph, PropertyMap, Resource, Severity } from "../graph/index.ts";
import { serve } from "../grpc/index.ts";
import {
  createContext,
  engineService,
  monitor,
  PARALLEL,
  type Provider,
  Resources,
} from "../monitor/index.ts";
import { type Child, Log, resolveSdk, sdkEnvironment, startNode } from "../process/index.ts";
import { type Entry, findEntry } from "./entry.ts";
import { supervise } from "./supervise.ts";
import { type Failure, failureOf } from "./verdict.ts";

export interface EvaluateOptions {
  /** The project's folder. */
  directory: string;
  /** The program: a file or a folder in `directory`. @default package.json's `main`, else `index.ts` or `index.js` */
  main?: string;
  project: string;
  stack: string;
  /** @default "organization", as the CLI has it without Pulumi's cloud */
  organization?: string;
  /** `ns:key` -> value. */
  config: Record<string, string>;
  /** Keys of `config` whose values are secret. */
  secretConfigKeys?: string[];
  /** What the reading of the config found strange: logged first. */
  warnings?: string[];
  provider: Provider;
  /** Run as a preview: outputs may stay unknown. @default false */
  dryRun?: boolean;
  /** Milliseconds that the program may take; a stuck one is asked for 8 s more where it is. @default 120_000 */
  timeoutMs?: number;
  /** Environment variables of the program beside this process's own. */
  env?: Record<string, string>;
  /** Stack name -> its outputs: what stack references answer. */
  stackReferences?: Record<string, PropertyMap>;
  /** Called once the program's process was started: what else is to run beside it doesn't hold it up then. */
  onStarted?: () => void;
  /** Gets each resource when it is registered (or read): all but a component's outputs is final. */
  onResource?: (resource: Resource) => void;
  /**
   * Gets the graph as soon as it seems complete, which is some time before the SDK says so, and again where the program
   * went on. The program's end is awaited, and may still turn out to be a failure.
   */
  onGraph?: (graph: Graph) => void;
  /** Gets what the program logs and prints, as it comes. */
  onLog?: (severity: Severity, message: string, urn?: string) => void;
  /** Ends the evaluation at once. */
  signal?: AbortSignal;
  /** Whether the SDK's ts-node compiles TypeScript; where not, Node itself strips its types. @default true, as the CLI */
  typescript?: boolean;
  /** Path of the compiler's settings, from the program's folder. @default "tsconfig.json" */
  tsconfig?: string;
  /** Arguments of Node, as `nodeargs` in Pulumi.yaml. */
  nodeArgs?: string[];
}

/** By which the SDK's runner knows whether and how to compile TypeScript. */
function compilerEnvironment({ typescript = true, tsconfig }: EvaluateOptions): NodeJS.ProcessEnv {
  return {
    ...(typescript && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(tsconfig && { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
  };
}

/** Starts the program as the CLI's Node language host does, against the engine at `address`. */
function startProgram(
  address: string,
  entry: Entry,
  options: EvaluateOptions & { traces: boolean },
  log: Log,
  onCrash: () => void,
): Child {
  const { project, stack, organization, directory, dryRun } = options;
  const settings = [
    `--monitor=${address}`,
    `--engine=${address}`,
    `--project=${project}`,
    `--stack=${stack}`,
    `--organization=${organization ?? "organization"}`,
    `--root-directory=${resolve(directory)}`,
    `--pwd=${entry.pwd}`,
    `--parallel=${PARALLEL}`,
    ...(dryRun ? ["--dry-run"] : []),
  ];
  const runner = resolveSdk("@pulumi/pulumi/cmd/run", entry.pwd);
  return startNode({
    nodeArgs: options.nodeArgs,
    traces: options.traces,
    script: runner,
    args: [...settings, entry.program],
    cwd: entry.pwd,
    env: { ...sdkEnvironment(options), ...compilerEnvironment(options) },
    onLine: (_stream, line) => log.add("info", line),
    onCrash,
  });
}

/**
 * Runs a Pulumi program in a child process, as the CLI's language host does, and gives the graph of what it declared.
 * Nothing is left behind, neither a process nor a port. It runs without stack traces, which is a third quicker; one
 * whose failure has a place is run once more with them, in the time that is left, so its provider is asked again.
 * @throws EvaluationError when the program fails, ends too early or takes too long
 */
export async function evaluate(options: EvaluateOptions): Promise<Graph> {
  const { timeoutMs = 120_000, onStarted, onResource, onGraph, onLog, ...silent } = options;
  const deadline = performance.now() + timeoutMs;
  const outcome = await run({ ...options, timeoutMs, traces: false });
  if ("graph" in outcome) return outcome.graph;
  const leftMs = deadline - performance.now();
  if (!outcome.hasPlace || leftMs <= 0) throw outcome.error;
  const explained = await run({ ...silent, timeoutMs: leftMs, traces: true });
  // One that succeeds now fails only at times, and traces may take too long: what is known of the failure has to do.
  throw "graph" in explained || explained.timedOut ? outcome.error : explained.error;
}

/** Milliseconds without a change after which a graph that waits for nothing seems complete. */
const QUIET_MS = 100;

/**
 * Says that a graph is there, once for each state of it: the SDK ends a program only when all of its debug messages were
 * taken, one after the other, which takes a large program a second or two.
 */
class Announcement {
  readonly #announce: () => void;
  readonly #seemsComplete: () => boolean;
  #made = false;
  #quiet: NodeJS.Timeout | undefined;

  constructor(announce: () => void, seemsComplete: () => boolean) {
    this.#announce = announce;
    this.#seemsComplete = seemsComplete;
  }

  /** The graph has changed; it is announced anew when it stays as it is and seems complete. */
  outdate(): void {
    this.#made = false;
    this.cancel();
    this.#quiet = setTimeout(() => this.#seemsComplete() && this.make(), QUIET_MS);
  }

  make(): void {
    this.cancel();
    if (!this.#made) this.#announce();
    this.#made = true;
  }

  cancel(): void {
    clearTimeout(this.#quiet);
  }
}

async function run(
  options: EvaluateOptions & { timeoutMs: number; traces: boolean },
): Promise<{ graph: Graph } | Failure> {
  const { project, stack, config, provider, timeoutMs } = options;
  const {
    organization = "organization",
    secretConfigKeys = [],
    stackReferences = {},
    dryRun = false,
  } = options;
  const entry = await findEntry(options.directory, options.main);
  const failure = new AbortController();
  const fail = () => failure.abort();
  const announcement = new Announcement(
    () => options.onGraph?.(resources.graph(project, stack)),
    () => resources.outputsRegistered && resources.waiting().length === 0,
  );
  const resources = new Resources(fail, (resource, isNew) => {
    if (isNew) options.onResource?.(resource);
    announcement.outdate();
  });
  const context = createContext({
    ...{ project, stack, organization, config, secretConfigKeys, dryRun },
    ...{ provider, stackReferences, resources, folder: entry.pwd },
  });
  const log = new Log({ listener: options.onLog, onCrash: fail });
  for (const warning of options.warnings ?? []) log.add("warning", warning);
  let announcedEnd = false;
  const announceEnd = () => {
    announcedEnd = true;
    announcement.make();
  };
  const server = await serve([
    [resourceRpc.ResourceMonitorService, monitor(context, announceEnd)],
    [engineRpc.EngineService, engineService(log)],
  ]);
  try {
    const child = startProgram(server.address, entry, options, log, fail);
    options.onStarted?.();
    const end = await supervise(child, { timeoutMs, failure: failure.signal, signal: options.signal });
    const [stderr, exitTrace] = [child.stderr(), child.exitTrace()];
    const failed = failureOf({ end, entry, log, resources, announcedEnd, stderr, exitTrace, timeoutMs });
    return failed ?? { graph: resources.graph(project, stack) };
  } finally {
    announcement.cancel();
    context.callbacks.close();
    server.close();
  }
}
