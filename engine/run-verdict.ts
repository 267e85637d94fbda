import { join } from "node:path";
import type { Exit } from "./child.ts";
import type { Entry } from "./entry.ts";
import { EvaluationError, messageOf } from "./errors.ts";
import type { Log } from "./log.ts";
import type { Resources } from "./resources.ts";
import type { End } from "./supervise.ts";
import { parseError } from "./trace.ts";

/** What is known of a program's run when it has ended. */
export interface Run {
  end: End;
  entry: Entry;
  log: Log;
  resources: Resources;
  /** Whether the program told the engine that it has nothing more to do. */
  announcedEnd: boolean;
  stderr: string;
  /** Where it called `process.exit`; empty when it didn't. */
  exitTrace: string;
  timeoutMs: number;
}

/** How many of the things that a program waits for an error message lists. */
const LISTED = 5;

/** @throws EvaluationError unless the program ran to its end and nothing failed: one error, the first cause. */
export function judgeRun(run: Run): void {
  const { end, log } = run;
  if (end.kind === "aborted") {
    throw failure(run, `was stopped: ${messageOf(end.reason)}`, "", end.reason);
  }
  const logged = log.errors[0] && parseError(log.errors[0].message, run.entry.pwd);
  const [fault] = run.resources.faults;
  if (fault) {
    const place = logged?.location ? ` (at ${logged.location})` : "";
    throw failure(run, `failed: ${fault.message}${place}`, logged?.trace, fault.cause);
  }
  if (logged) {
    const place = logged.location ? ` (at ${logged.location})` : "";
    throw failure(run, `failed: ${logged.summary}${place}`, logged.trace);
  }
  if (end.kind === "timed out") {
    throw failure(
      run,
      `did not end within ${run.timeoutMs / 1000} s: ${waitingFor(run.resources)}`,
      [end.trace, run.stderr].filter((text) => text).join("\n"),
    );
  }
  if (end.kind === "exited") judgeExit(run, end.exit);
}

function judgeExit(run: Run, { code, signal }: Exit): void {
  const { stderr } = run;
  if (/JavaScript heap out of memory/.test(stderr)) {
    const advice = "give it more by NODE_OPTIONS=--max-old-space-size=<MiB>, or look for what grows";
    throw failure(run, `ran out of memory: ${advice}`, stderr);
  }
  if (signal) throw failure(run, `was killed by ${signal}`, stderr);
  if (code !== 0 && !askedForSuccess(run)) {
    const { summary, location, trace: stack } = parseError(stderr, run.entry.pwd);
    const place = location ? ` (at ${location})` : "";
    const trace = [stack, run.exitTrace].filter((text) => text).join("\n");
    throw failure(run, `ended with exit code ${code}${summary ? `: ${summary}` : ""}${place}`, trace);
  }
  if (!run.announcedEnd || code !== 0) {
    const { location, trace } = parseError(run.exitTrace, run.entry.pwd);
    const place = location ? ` (at ${location})` : "";
    throw failure(
      run,
      `ended before it was done: it calls process.exit${place}; let it run to its end`,
      trace,
    );
  }
  if (!run.resources.outputsRegistered) {
    throw failure(run, `ended before it was done: it waits for a promise that nothing settles`, stderr);
  }
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

function failure(run: Run, what: string, details = "", cause?: unknown): EvaluationError {
  const program = join(run.entry.pwd, run.entry.program);
  return new EvaluationError(`The program ${program} ${what}`, { details, logs: run.log.lines, cause });
}
