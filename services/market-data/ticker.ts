import { TICK_MS, tickAt } from "../market/simulated-market.ts";

/** Calls `run` as each tick of the clock begins; of those that pass while the process is busy, for the last only. */
export function everyTick(run: (tick: number) => void): { stop(): void } {
  let timer: NodeJS.Timeout;
  const next = () => {
    // A millisecond late, as timers may come that much early.
    timer = setTimeout(
      () => {
        run(tickAt(Date.now()));
        next();
      },
      TICK_MS + 1 - (Date.now() % TICK_MS),
    );
  };
  next();
  return { stop: () => clearTimeout(timer) };
}
