import { backoffMs } from "../../kit/client/retry.ts";
import type { Clock, Random } from "../clock.ts";
import type { Reservations, Reserved } from "./ports.ts";
import type { PlacedOrder } from "./state.ts";

/**
 * A reservation is tried for this long after this process took the order, not after it was placed: it may have waited for
 * this process to restart, and the ledgers may be restarting, too.
 */
const DEADLINE_MS = 10_000;
/** An older order is rejected: the market has moved since it was placed. */
const STALE_MS = 60_000;

export interface ReservingArgs {
  cash: Reservations;
  holdings: Reservations;
  clock: Clock;
  random: Random;
}

export interface Wanted {
  order: PlacedOrder;
  /** When this process took the order. */
  takenAt: number;
  /** Aborted when the outcome is of no use any more; the reservation then never resolves. */
  signal: AbortSignal;
  /** Asked between tries. */
  isGivenUp(): boolean;
}

/**
 * Reserves the cash or holdings for an order: tries until the deadline, and at least once unless the order is too old.
 * Resolves to `unknown` when it isn't known whether they are reserved; never rejects.
 */
export async function reserve(
  { order, takenAt, signal, isGivenUp }: Wanted,
  { cash, holdings, clock, random }: ReservingArgs,
): Promise<Reserved | "unknown"> {
  const stale = order.createdAt + STALE_MS;
  if (clock.now() > stale) return "unknown";
  const deadline = Math.min(takenAt + DEADLINE_MS, stale);
  const from = order.side === "buy" ? cash : holdings;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await from.reserve(order);
    } catch {
      // `from` has logged the error.
      const pause = backoffMs(attempt, 50, 1000, random);
      if (clock.now() + pause > deadline) return "unknown";
      await clock.sleep(pause, signal);
      if (isGivenUp()) return "unknown";
    }
  }
}

const REFUSALS: Record<Exclude<Reserved, "reserved">, [buy: string, sell: string]> = {
  insufficient: ["There is not enough cash for this order.", "There are not enough shares to sell."],
  "no-account": ["There is no AUD account to pay from.", "There are no shares to sell."],
  released: ["The reservation was given up.", "The reservation was given up."],
};

/** Why an order is rejected for which nothing was reserved, for its owner. */
export function refusal(
  outcome: Exclude<Reserved, "reserved"> | "unknown",
  side: PlacedOrder["side"],
): string {
  if (outcome === "unknown") return "What the order needs could not be reserved in time.";
  return REFUSALS[outcome][side === "buy" ? 0 : 1];
}
