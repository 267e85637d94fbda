import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
// Unlike fetch, it sends a Host header that it is given.
import { request } from "undici";
import type { Cluster, StepContext } from "./clusters/cluster.ts";
import { forgetResults, sendLoad } from "./load-step.ts";
import { writeReport } from "./report.ts";
import { Commands } from "./run-command.ts";
import { newState, type PipelineOptions, type PipelineState, writeState } from "./state.ts";
import { Interrupted, LoadFailed, STEP_NAMES, STEPS, StepError, type StepName } from "./steps.ts";

export interface PipelineArgs {
  directory: string;
  options: PipelineOptions;
  cluster: Cluster;
  /** Goes on from here; steps that passed are not run again. @default begins anew */
  from?: PipelineState | undefined;
  /** Aborted, with an `Interrupted`, when somebody stops it. */
  signal: AbortSignal;
  say(line: string): void;
}

/** Milliseconds between looks at endpoints that are to be warm, and how often each must have answered. */
const LOOK_MS = 500;
const WARM = 10;
/** Milliseconds that a step whose time is over gets to end by itself. */
const END_MS = 10_000;

/** Runs steps of a pipeline and keeps its state file. */
export class Pipeline {
  readonly state: PipelineState;
  /** What the first step that failed has thrown. */
  failure: unknown;
  readonly #args: PipelineArgs;
  readonly #commands = new Commands();

  constructor(args: PipelineArgs) {
    this.#args = args;
    this.state = args.from
      ? { ...args.from, options: args.options, pid: process.pid }
      : newState(args.options);
  }

  static stateFile(directory: string): string {
    return join(directory, "state.json");
  }

  /** Runs all steps that have not passed yet; whatever becomes of them, the report is written and the cluster destroyed. */
  async run(): Promise<PipelineState> {
    this.state.outcome = "running";
    delete this.state.finishedAt;
    try {
      await this.#steps();
    } finally {
      this.#commands.close();
    }
    return this.state;
  }

  /** Runs one step, whether or not it has run before. @throws what it throws */
  async runOne(name: StepName): Promise<void> {
    try {
      await this.#step(name, false, this.#args.signal);
    } finally {
      this.#commands.close();
    }
  }

  async #steps(): Promise<void> {
    const { signal } = this.#args;
    for (const name of STEP_NAMES.filter((one) => one !== "report" && one !== "destroy")) {
      if (this.state.steps[name].status === "passed") continue;
      if (this.failure !== undefined) this.state.steps[name] = { status: "skipped" };
      else await this.#tried(name, signal);
    }
    // These are done also after a failure, and when somebody has stopped the pipeline.
    const cleaning = new AbortController().signal;
    await this.#tried("destroy", cleaning);
    const { failure } = this;
    if (failure === undefined) this.state.outcome = "passed";
    else this.state.outcome = failure instanceof Interrupted ? "interrupted" : "failed";
    this.state.finishedAt = new Date().toISOString();
    await this.#step("report", true, cleaning);
  }

  async #tried(name: StepName, signal: AbortSignal): Promise<void> {
    try {
      await this.#step(name, true, signal);
    } catch (error) {
      this.failure ??= error;
    }
  }

  async #step(name: StepName, isWhole: boolean, outer: AbortSignal): Promise<void> {
    const { options, directory, say } = this.#args;
    const seconds = options.timeouts[name] ?? limitOf(name, options);
    const startedAt = new Date();
    this.state.steps[name] = { status: "running", startedAt: startedAt.toISOString() };
    await this.#save();
    say(`… ${name}`);
    const limit = AbortSignal.timeout(seconds * 1000);
    const signal = AbortSignal.any([outer, limit]);
    const context: StepContext = { directory, options, commands: this.#commands, signal, isWhole, say };
    const took = () => (Date.now() - startedAt.getTime()) / 1000;
    try {
      outer.throwIfAborted();
      await unlessItHangs(this.#act(name, context), signal, () =>
        outer.aborted ? outer.reason : new StepError(`${name} took longer than ${seconds} s`),
      );
      Object.assign(this.state.steps[name], { status: "passed", seconds: took() });
      say(`✔ ${name} (${took().toFixed(1)} s)`);
    } catch (caught) {
      const isLate = limit.aborted && !outer.aborted;
      const error = isLate ? lateError(name, seconds, caught) : caught;
      Object.assign(this.state.steps[name], { status: "failed", seconds: took(), error: described(error) });
      say(`✖ ${name} (${took().toFixed(1)} s): ${messageOf(error)}`);
      throw outer.aborted ? outer.reason : error;
    } finally {
      await this.#save();
    }
  }

  async #act(name: StepName, context: StepContext): Promise<void> {
    const { cluster } = this.#args;
    if (name === "create") await forgetResults(context.directory);
    if (name === "check") return check(cluster, context);
    if (name === "load-test") return sendLoad(cluster, context);
    if (name === "report") return writeReport(context.directory, this.state);
    return cluster[name](context);
  }

  #save(): Promise<void> {
    return writeState(Pipeline.stateFile(this.#args.directory), this.state);
  }
}

/** Until nodes, rollouts and endpoints are as they should be, and each host has answered several times. */
async function check(cluster: Cluster, context: StepContext): Promise<void> {
  const { url, hosts } = cluster.target(context);
  const answered = new Map(hosts.map((host) => [host, 0]));
  for (let problems: string[] = []; ; ) {
    const found = await cluster.problems(context);
    for (const host of hosts) {
      const problem = await hostProblem(url, host, context.signal);
      answered.set(host, problem === undefined ? (answered.get(host) ?? 0) + 1 : 0);
      if (problem !== undefined) found.push(problem);
    }
    if (found.length === 0 && [...answered.values()].every((count) => count >= WARM)) return;
    // A look that the end of the time has cut short says less than the one before.
    if (!context.signal.aborted || problems.length === 0) problems = found;
    if (context.signal.aborted) {
      const list = problems.map((one) => `\n  - ${one}`).join("");
      throw new StepError(`the cluster is not as it should be:${list || " the hosts answered too seldom"}`);
    }
    if (problems.length > 0)
      await sleep(LOOK_MS, undefined, { signal: context.signal }).catch(() => undefined);
  }
}

async function hostProblem(url: string, host: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(5000)]);
    const { statusCode, body } = await request(url, { headers: { host }, signal: limited });
    await body.dump();
    return statusCode === 200 ? undefined : `${host} answers ${statusCode} at ${url}`;
  } catch (error) {
    return `${host} does not answer at ${url}: ${messageOf(error)}`;
  }
}

/** Rejects when the work doesn't end by itself soon after the signal. */
async function unlessItHangs(work: Promise<void>, signal: AbortSignal, reason: () => unknown): Promise<void> {
  const { promise: hangs, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => reject(reason()), END_MS);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([work, hangs]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** The load lasts as long as it is asked for, and its last requests time out. */
function limitOf(name: StepName, { seconds, warmUpSeconds }: PipelineOptions): number {
  return name === "load-test" ? seconds + warmUpSeconds + 60 : STEPS[name];
}

function lateError(name: StepName, seconds: number, cause: unknown): StepError {
  const { command, exitStatus, output } = cause instanceof StepError ? cause : {};
  const why = cause instanceof StepError ? `: ${cause.message}` : "";
  return new StepError(`${name} took longer than ${seconds} s${why}`, {
    ...{ exitStatus, cause },
    ...(command === undefined ? {} : { command }),
    ...(output === undefined ? {} : { output }),
  });
}

function described(error: unknown): NonNullable<PipelineState["steps"]["create"]["error"]> {
  const { command, exitStatus, output } = error instanceof StepError ? error : {};
  return {
    message: messageOf(error),
    ...(command === undefined ? {} : { command }),
    ...(exitStatus === undefined ? {} : { exitStatus }),
    ...(output ? { output } : {}),
  };
}

/** The exit code of `trizone pipeline`: see its help. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return 130;
  return error instanceof LoadFailed ? 2 : 3;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
