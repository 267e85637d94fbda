import { join } from "node:path";
import { EvaluationError, messageOf } from "../graph/index.ts";
import type { Resources } from "../monitor/index.ts";
import { type Exit, type Log, type ProgramError, parseError } from "../process/index.ts";
import type { Entry } from "./entry.ts";
import type { End } from "./supervise.ts";

/** What is known of a program's run when it has ended. */
export interface Run {
  end: End;
  entry: Entry;
  log: Log;
  resources: Resources;
  /** Whether the program said that it has nothing more to do. */
  announcedEnd: boolean;
  stderr: string;
  /** Where it called `process.exit`; empty when it didn't. */
  exitTrace: string;
  timeoutMs: number;
}

/** How many of the things that a program waits for an error message lists. */
const LISTED = 5;

/** Why a run failed, and whether stack traces would say where. */
export interface Failure {
  error: EvaluationError;
  hasPlace: boolean;
  timedOut: boolean;
}

/** The first cause, when the program did not run to its end or something failed. */
export function failureOf(run: Run): Failure | undefined {
  const { end, log } = run;
  if (end.kind === "aborted") {
    return failure(run, `was stopped: ${messageOf(end.reason)}`, { cause: end.reason });
  }
  const error = isComplete(run) ? undefined : (log.crash ?? log.errors[0]);
  const logged = error && parseError(error.message, run.entry.pwd);
  const [fault] = run.resources.faults;
  const what = fault?.message ?? logged?.summary;
  if (what !== undefined) {
    const details = logged?.trace;
    // The compiler's message says the place already.
    const hasPlace = !what.startsWith("TSError");
    return failure(run, `failed: ${what}${at(logged)}`, { details, cause: fault?.cause, hasPlace });
  }
  if (end.kind === "timed out") {
    return failure(run, `did not end within ${run.timeoutMs / 1000} s: ${waitingFor(run.resources)}`, {
      details: joined(end.trace, run.stderr),
    });
  }
  return end.kind === "exited" ? failureOfExit(run, end.exit) : undefined;
}

/** Whether it declared all that it has: an error that it merely logged doesn't stop the CLI either. */
function isComplete({ end, resources, announcedEnd }: Run): boolean {
  return end.kind === "exited" && end.exit.code === 0 && announcedEnd && resources.outputsRegistered;
}

function failureOfExit(run: Run, { code, signal }: Exit): Failure | undefined {
  const details = run.stderr;
  if (/JavaScript heap out of memory/.test(details)) {
    const advice = "give it more by NODE_OPTIONS=--max-old-space-size=<MiB>, or look for what grows";
    return failure(run, `ran out of memory: ${advice}`, { details });
  }
  if (signal) return failure(run, `was killed by ${signal}`, { details });
  if (code !== 0 && !askedForSuccess(run)) {
    const printed = parseError(run.stderr, run.entry.pwd);
    const why = printed.summary ? `: ${printed.summary}` : "";
    return failure(run, `ended with exit code ${code}${why}${at(printed)}`, {
      details: joined(printed.trace, run.exitTrace),
      hasPlace: true,
    });
  }
  if (!run.announcedEnd || code !== 0) {
    const call = parseError(run.exitTrace, run.entry.pwd);
    const what = `ended before it was done: it calls process.exit${at(call)}; let it run to its end`;
    return failure(run, what, { details: call.trace, hasPlace: true });
  }
  if (run.resources.outputsRegistered) return undefined;
  const what =
    "ended before it was done: it waits for a promise that nothing settles; settle it or don't await it";
  return failure(run, what, { details });
}

/** Where in the program, if its code is on the stack. */
function at(error: ProgramError | undefined): string {
  return error?.location ? ` (at ${error.location})` : "";
}

function joined(...texts: string[]): string {
  return texts.filter((text) => text).join("\n");
}

/** Whether it called `process.exit(0)`: the SDK makes a failure of that when it still waited for something. */
function askedForSuccess({ exitTrace }: Run): boolean {
  return /process\.exit\(0?\)/.test(exitTrace);
}

function waitingFor(resources: Resources): string {
  const waiting = resources.waiting();
  if (waiting.length === 0) {
    return "it is busy, or something keeps it alive (a timer, a server, an open connection); raise the limit or end that";
  }
  const more = waiting.length > LISTED ? ` and ${waiting.length - LISTED} more` : "";
  return `the provider has not answered ${waiting.slice(0, LISTED).join(", ")}${more}`;
}

function failure(
  { end, entry, log }: Run,
  what: string,
  { details, cause, hasPlace = false }: { details?: string; cause?: unknown; hasPlace?: boolean },
): Failure {
  const message = `The program ${join(entry.pwd, entry.program)} ${what}`;
  const error = new EvaluationError(message, { details, logs: log.lines, cause });
  return { error, hasPlace, timedOut: end.kind === "timed out" };
}
