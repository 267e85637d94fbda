import { backoffMs } from "../../kit/client/retry.ts";
import type { Clock, Random, Reservations, Reserved } from "./ports.ts";
import type { PlacedOrder } from "./state.ts";

/**
 * How long a reservation is tried for, after this process took the order: after a restart, which an order may have
 * waited for, the ledgers come back no sooner than this does.
 */
const DEADLINE_MS = 10_000;
/** An order that has waited for so long, or was found so late, was meant for another market. */
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
  /** Nobody wants to know any more: what is aborted never resolves. */
  signal: AbortSignal;
  /** Asked between tries. */
  isGivenUp(): boolean;
}

/**
 * Sets aside what an order needs: tries until the deadline, at least once unless the order was found too late for that.
 * Resolves to `unknown` when there is no telling whether it was; never rejects.
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
      // Whoever made the call has logged it; here only that nothing is known counts.
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

/** Why an order can't be executed for which nothing was set aside, for people. */
export function refusal(
  outcome: Exclude<Reserved, "reserved"> | "unknown",
  side: PlacedOrder["side"],
): string {
  if (outcome === "unknown") return "What the order needs could not be reserved in time.";
  return REFUSALS[outcome][side === "buy" ? 0 : 1];
}
