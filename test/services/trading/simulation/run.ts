import { check } from "./check.ts";
import { play } from "./scenario.ts";

/** What many worlds were like, or the first in which something was wrong. */
export interface Played {
  orders: number;
  crashes: number;
  failure?: { seed: number; message: string };
}

/** Plays the worlds of seeds `from`, `from + step`, … up to `last`, until one goes wrong. */
export async function playAll(
  from: number,
  step: number,
  last: number,
  log?: typeof console.log,
): Promise<Played> {
  const played: Played = { orders: 0, crashes: 0 };
  for (let seed = from; seed <= last; seed += step) {
    try {
      const outcome = await play(seed, log);
      check(outcome);
      played.crashes += outcome.crashes;
      played.orders += outcome.wishes.length;
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { ...played, failure: { seed, message } };
    }
  }
  return played;
}

// As a process of its own: a world is all computing, and each core can play some.
if (process.send) {
  const [from = 1, step = 1, last = 1] = process.argv.slice(2).map(Number);
  process.send(await playAll(from, step, last), () => process.exit());
}
