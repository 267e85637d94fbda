import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findYaml } from "../config/yaml-file.ts";
import { EvaluationError, type Graph, messageOf, type Resource, type Violation } from "../graph/index.ts";
import {
  type Child,
  type Exit,
  Log,
  parseError,
  resolveSdk,
  sdkEnvironment,
  startNode,
} from "../process/index.ts";
import { Analyzer, type PolicyPackOptions } from "./analyzer.ts";
import { Judge } from "./judge.ts";

/** A policy pack that is ready to judge. */
export interface PolicyPack {
  name: string;
  version: string;
  /** Judges a resource while the program still runs, so that little is left to do when its graph is given to `judge`. */
  judgeAhead(resource: Resource): void;
  /** What the pack's policies say of the graph: first of each resource, then of the stack. */
  judge(graph: Graph): Promise<Violation[]>;
  /** Ends its process. */
  close(): Promise<void>;
}

/**
 * Starts the policy pack in `folder` in a child process, as the CLI does. Start it beside the program: it takes
 * about as long.
 * @throws EvaluationError when it doesn't start
 */
export async function startPolicyPack(folder: string, options: PolicyPackOptions): Promise<PolicyPack> {
  const directory = resolve(folder);
  const { timeoutMs = 30_000, signal } = options;
  if (!findYaml(directory, "PulumiPolicy")) {
    throw new EvaluationError(`There is no policy pack in ${directory}: it has no PulumiPolicy.yaml`);
  }
  const log = new Log({ listener: options.onLog });
  const { child, port } = launch(directory, options, log);
  const stop = () => child.kill();
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  let analyzer: Analyzer | undefined;
  const close = async () => {
    signal?.removeEventListener("abort", stop);
    analyzer?.close();
    stop();
    await child.exited;
  };
  /** Explains what went wrong by what the pack's process said or did. */
  const explain = async (what: string, cause: unknown) => {
    if (cause instanceof EvaluationError) return cause;
    const died = await endOf(child);
    const why = signal?.aborted
      ? `was stopped: ${messageOf(signal.reason)}`
      : `${what}: ${died ?? messageOf(cause)}`;
    const details = child.stderr() || (cause instanceof Error ? (cause.stack ?? "") : "");
    return new EvaluationError(`The policy pack ${directory} ${why}`, { details, logs: log.lines, cause });
  };
  try {
    analyzer = new Analyzer(`127.0.0.1:${await within(timeoutMs, port)}`, timeoutMs);
    const { name, version, policies } = await analyzer.configure(options);
    const judge = new Judge(analyzer, policies, options);
    return {
      ...{ name, version, close },
      judgeAhead: (resource) => judge.judgeAhead(resource),
      judge: (graph) =>
        judge.judge(graph).catch(async (error) => {
          throw await explain("could not judge", error);
        }),
    };
  } catch (error) {
    const explained = await explain("did not start", error);
    await close();
    throw explained;
  }
}

const NOTICE_MS = 500;

function launch(
  directory: string,
  options: PolicyPackOptions,
  log: Log,
): { child: Child; port: Promise<string> } {
  const runner = resolveSdk("@pulumi/pulumi/cmd/run-policy-pack", directory);
  const announced = Promise.withResolvers<string>();
  const child = startNode({
    script: runner,
    // The pack's runner takes the address of an engine and never uses it.
    args: ["127.0.0.1:0", "."],
    cwd: directory,
    env: packEnvironment(options),
    onLine: (stream, line) => {
      if (stream === "stdout" && /^\d+$/.test(line)) announced.resolve(line);
      else log.add("info", line);
    },
  });
  const died = child.exited.then((exit): never => {
    throw new Error(describeEnd(child, exit));
  });
  // Once it has announced its port nobody waits for this any longer.
  died.catch(() => undefined);
  return { child, port: Promise.race([announced.promise, died]) };
}

/** How the pack's process ended, if it has: a broken connection is noticed a little earlier than that. */
async function endOf(child: Child): Promise<string | undefined> {
  const exit = await Promise.race([child.exited, sleep(NOTICE_MS, undefined)]);
  return exit && describeEnd(child, exit);
}

function describeEnd(child: Child, { code, signal }: Exit): string {
  const { summary } = parseError(child.stderr(), "");
  return summary || `it ended with ${signal ?? `exit code ${code}`}`;
}

function packEnvironment(options: PolicyPackOptions): NodeJS.ProcessEnv {
  const scope = {
    ORGANIZATION: options.organization ?? "organization",
    PROJECT: options.project,
    STACK: options.stack,
    DRY_RUN: String(options.dryRun ?? false),
  };
  const names = Object.entries(scope).flatMap(([key, value]) => [
    [`PULUMI_${key}`, value],
    [`PULUMI_NODEJS_${key}`, value],
  ]);
  return { ...sdkEnvironment(options), ...Object.fromEntries(names), ...options.env };
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it was not ready within ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
