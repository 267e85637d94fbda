/** The time as trading's parts see it; the simulation gives them a clock of its own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms` milliseconds; once `signal` is aborted it never resolves. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A random number, evenly distributed from 0 up to but not including 1. */
export type Random = () => number;

/** This machine's clock. */
export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return;
      const end = () => {
        signal?.removeEventListener("abort", drop);
        resolve();
      };
      const timer = setTimeout(end, ms);
      const drop = () => clearTimeout(timer);
      signal?.addEventListener("abort", drop, { once: true });
    }),
};
