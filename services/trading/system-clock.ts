import type { Clock } from "./saga/ports.ts";

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
