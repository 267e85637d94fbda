import { setTimeout as sleep } from "node:timers/promises";
import { Backoff } from "../backoff.ts";
import { tail } from "./container/index.ts";
import { type Pod, RESTARTS } from "./pod.ts";
import type { Workload } from "./spec/index.ts";

interface JobRunner {
  /** A new pod of the Job in a zone that takes pods; waits for one. */
  start(signal: AbortSignal): Promise<Pod>;
  signal: AbortSignal;
}

/**
 * Runs a Job until a pod of it succeeds. Rejects with the log's end when its tries or its time are used up.
 * Leaves out parallelism, indexed completions and pod failure policies.
 */
export async function runJob(job: Workload, runner: JobRunner): Promise<void> {
  const deadline = AbortSignal.timeout(job.deadlineMs);
  const signal = AbortSignal.any([runner.signal, deadline]);
  const backoff = new Backoff(RESTARTS);
  for (let attempt = 0; ; attempt++) {
    const pod = await attemptOnce(job, runner, signal, deadline);
    const { phase, reason } = pod.status();
    if (phase === "Succeeded") return;
    runner.signal.throwIfAborted();
    if (attempt >= job.backoffLimit || deadline.aborted) {
      const tries = attempt === 0 ? "its only try" : `${attempt + 1} tries`;
      throw await failure(job, pod, deadline.aborted ? overdue(job) : `after ${tries}: ${reason}`);
    }
    await sleep(backoff.next(0), undefined, { signal });
  }
}

async function attemptOnce(
  job: Workload,
  runner: JobRunner,
  signal: AbortSignal,
  deadline: AbortSignal,
): Promise<Pod> {
  let pod: Pod;
  try {
    pod = await runner.start(signal);
  } catch (cause) {
    if (!deadline.aborted) throw cause;
    throw new Error(`Job ${job.namespace}/${job.name} failed ${overdue(job)}: no zone took its pod.`, {
      cause,
    });
  }
  const kill = () => void pod.lose();
  deadline.addEventListener("abort", kill, { once: true });
  await pod.finished;
  deadline.removeEventListener("abort", kill);
  return pod;
}

function overdue({ deadlineMs }: Workload): string {
  return `as it took longer than ${deadlineMs / 1000} s (activeDeadlineSeconds)`;
}

async function failure(job: Workload, pod: Pod, why: string): Promise<Error> {
  const log = await tail(pod.logFile, 20);
  const output = log === "" ? "It wrote nothing." : `Its last lines:\n${log}`;
  return new Error(
    `Job ${job.namespace}/${job.name} failed ${why}.\n${output}\nThe whole log is ${pod.logFile}; correct the cause and start again.`,
  );
}
