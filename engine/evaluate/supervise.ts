import { type Child, diagnose, type Exit } from "../process/index.ts";

/** Why a program no longer runs. */
export type End =
  | { kind: "exited"; exit: Exit }
  /** It had failed already and did not end by itself. */
  | { kind: "failed" }
  /** `trace` says what it was doing. */
  | { kind: "timed out"; trace: string }
  | { kind: "aborted"; reason: unknown };

/** How long a program that has failed may take to end by itself: its further errors are of little interest. */
const FAILED_GRACE_MS = 2_000;

/** Waits for the child's end, and makes it end: on abort, past the time limit, or a while after it has failed. */
export async function supervise(
  child: Child,
  options: { timeoutMs: number; failure: AbortSignal; signal?: AbortSignal },
): Promise<End> {
  const { timeoutMs, failure, signal } = options;
  const cleanups: (() => void)[] = [];
  const after = (ms: number, run: () => void) => {
    const timer = setTimeout(run, ms);
    cleanups.push(() => clearTimeout(timer));
  };
  const onAbort = (of: AbortSignal | undefined, run: () => void) => {
    if (of?.aborted) run();
    of?.addEventListener("abort", run, { once: true });
    cleanups.push(() => of?.removeEventListener("abort", run));
  };
  try {
    return await new Promise<End>((resolve, reject) => {
      child.exited.then((exit) => resolve({ kind: "exited", exit }), reject);
      onAbort(signal, () => resolve({ kind: "aborted", reason: signal?.reason }));
      onAbort(failure, () => after(FAILED_GRACE_MS, () => resolve({ kind: "failed" })));
      after(timeoutMs, () => diagnose(child).then((trace) => resolve({ kind: "timed out", trace }), reject));
    });
  } finally {
    for (const cleanup of cleanups) cleanup();
    child.kill();
    await child.exited;
  }
}
