import type { Peer } from "../../kit/client/peer.ts";
import { GroupCommit } from "../../kit/group-commit.ts";
import { amountOf, EXCHANGE_CURRENCY, formatDecimal } from "../../market/index.ts";
import type { Reservations, Reserved } from "./ports.ts";
import type { PlacedOrder } from "./state.ts";

/** Reservations of one call at most: see `docs/orders.md`. */
const MAX_BATCH = 500;
/** Pause after a call, in multiples of its duration: no client waits for it, and larger batches cost less an order. */
const REST = 4;

/** The most that a buy may cost: quantity times worst price, rounded half up to the cent, as a decimal string. */
const maximalCost = ({ worst, quantity }: PlacedOrder): string =>
  formatDecimal(amountOf(BigInt(worst), quantity), 2);

export const cashItem = (order: PlacedOrder): string =>
  `{"id":"${order.id}","userId":${JSON.stringify(order.userId)},"currency":"${EXCHANGE_CURRENCY}",` +
  `"amount":"${maximalCost(order)}"}`;

export const holdingItem = ({ id, userId, symbol, quantity }: PlacedOrder): string =>
  `{"id":"${id}","userId":${JSON.stringify(userId)},"symbol":"${symbol}","quantity":${quantity}}`;

export interface HttpReservationsArgs {
  peer: Peer;
  /** An order's item as JSON. */
  item(order: PlacedOrder): string;
  /** 1 turns batching off. @default 500 */
  maxBatch?: number;
  /** Calls under way at once. @default 1 */
  concurrency?: number;
  onCall(items: number): void;
  onError(error: unknown): void;
}

/** Reserves at another service in batches: orders that come while a call is under way go together in the next one. */
export function httpReservations(args: HttpReservationsArgs): Reservations {
  const { maxBatch = MAX_BATCH, concurrency = 1 } = args;
  const calls = new GroupCommit((orders: PlacedOrder[]) => call(args, orders), {
    maxBatch,
    concurrency,
    // How many wait is bounded by how many orders are accepted.
    maxWaiting: Number.POSITIVE_INFINITY,
    rest: REST,
  });
  return { reserve: (order) => calls.add(order) };
}

async function call(args: HttpReservationsArgs, orders: PlacedOrder[]): Promise<Reserved[]> {
  const { peer, item, onCall, onError } = args;
  type Answer = { results: { id: string; outcome: Reserved }[] };
  try {
    const text = `{"items":[${orders.map(item).join(",")}]}`;
    const { body } = await peer.post<Answer>("/internal/reservations", text);
    onCall(orders.length);
    const outcomes = new Map(body.results.map(({ id, outcome }) => [id, outcome]));
    return orders.map(({ id }) => {
      const outcome = outcomes.get(id);
      if (!outcome) throw new Error(`the answer lacks the outcome of the reservation for order ${id}`);
      return outcome;
    });
  } catch (error) {
    onError(error);
    throw error;
  }
}
