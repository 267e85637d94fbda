import { formatDecimal, parseDecimal, parsePrice, priceText } from "../../market/index.ts";
import type { Chain, Link } from "../chain/chain.ts";

import { advance, isEnd, type OrderState, type PlacedOrder, type Status, type Transition } from "./state.ts";

/** A row of `order_events` that is to be stored. */
export interface EventRow {
  orderId: string;
  version: number;
  status: Status;
  /** Milliseconds since 1970. */
  at: number;
  /** Whether the feed carries it to the other services. */
  fed: boolean;
  /** Canonical JSON (RFC 8785): members in the order of their names. It is written out here, as it is hashed. */
  body: string;
  /** Whose order ended with this event, and of what: lists of ended orders come from these. */
  userId?: string | undefined;
  symbol?: string | undefined;
}

/** An event with its place in its writer's chain. */
export type StoredEvent = EventRow & Link;

/** An event's JSON: the shape that `docs/orders.md` describes, without the position. */
export interface EventBody {
  at: string;
  closed?: Status;
  fill?: { amount: string; id: string; price: string; quantity: number };
  filledQuantity?: number;
  filledValue?: string;
  orderId: string;
  priority?: number;
  reason?: string;
  side: "buy" | "sell";
  status: Status;
  symbol: string;
  type: "placed" | "opened" | "fill" | "closed";
  userId: string;
  version: number;
}

/** A value in mills (thousandths of a dollar) in cents, rounded half up. */
const cents = (value: bigint): bigint => (value + 5n) / 10n;

export function placedEvent({ order }: OrderState): EventRow {
  const { id, userId, symbol, side, type, quantity, limitPrice, worst, createdAt } = order;
  const limit = limitPrice === undefined ? "" : `"limitPrice":"${limitPrice}",`;
  const body =
    `{"at":"${new Date(createdAt).toISOString()}","order":{${limit}"quantity":${quantity},"type":"${type}",` +
    `"worstPrice":"${priceText(worst)}"},"orderId":"${id}","side":"${side}","status":"accepted",` +
    `"symbol":"${symbol}","type":"placed","userId":${JSON.stringify(userId)},"version":0}`;
  return { orderId: id, version: 0, status: "accepted", at: createdAt, fed: false, body };
}

/**
 * Changes an order's state by a transition, and returns the event that records it.
 * A fill's amount is what it adds to the order's rounded total, so that the sum of an order's amounts is never more
 * than what was reserved for it; it may be 0.00.
 */
export function recordTransition(state: OrderState, transition: Transition, at: number): EventRow {
  const before = state.value;
  advance(state, transition);
  const { order, status, version, filled, value } = state;
  const closed = isEnd(status) ? `,"closed":"${status}"` : "";
  const fill = transition.type === "fill" ? fillText(transition.fill, cents(value) - cents(before)) : "";
  const priority = transition.type === "opened" ? `"priority":${transition.priority},` : "";
  const reason = transition.type === "closed" ? `"reason":${JSON.stringify(transition.reason)},` : "";
  const body =
    `{"at":"${new Date(at).toISOString()}"${closed}${fill},"filledQuantity":${filled},"filledValue":"${formatDecimal(value, 3)}",` +
    `"orderId":"${order.id}",${priority}${reason}"side":"${order.side}","status":"${status}",` +
    `"symbol":"${order.symbol}","type":"${transition.type}","userId":${JSON.stringify(order.userId)},` +
    `"version":${version}}`;
  const fed = transition.type !== "opened";
  const [userId, symbol] = closed ? [order.userId, order.symbol] : [];
  return { orderId: order.id, version, status, at, fed, body, userId, symbol };
}

/** Appends an event to a chain. Member by member, as V8 takes many times as long for two objects spread into one. */
export function chained(row: EventRow, chain: Chain): StoredEvent {
  const { orderId, version, status, at, fed, body, userId, symbol } = row;
  const { link, hash } = chain.append(body);
  return { orderId, version, status, at, fed, body, userId, symbol, chain: chain.chain, link, hash };
}

function fillText({ id, quantity, price }: { id: string; quantity: number; price: number }, amount: bigint) {
  return `,"fill":{"amount":"${formatDecimal(amount, 2)}","id":"${id}","price":"${priceText(price)}","quantity":${quantity}}`;
}

/** The state of an order after its events, which are sorted by version. @throws Error when one is missing */
export function fold(order: PlacedOrder, bodies: readonly string[]): OrderState {
  const state: OrderState = {
    order,
    status: "accepted",
    version: -1,
    filled: 0,
    value: 0n,
    priority: undefined,
    fillIds: [],
    reason: undefined,
  };
  for (const text of bodies) {
    const body = JSON.parse(text) as EventBody;
    if (body.version !== state.version + 1)
      throw new Error(
        `event ${state.version + 1} of order ${order.id} is missing in order_events; run the audit`,
      );
    state.version = body.version;
    state.status = body.status;
    state.filled = body.filledQuantity ?? 0;
    state.value = parseDecimal(body.filledValue ?? "0", 3) ?? 0n;
    state.priority = body.priority ?? state.priority;
    state.reason = body.reason;
    if (body.fill) state.fillIds.push(body.fill.id);
  }
  return state;
}

/** The price in mills of a decimal that the database holds. */
export function mills(text: string): number {
  const price = parsePrice(text);
  if (price === undefined)
    throw new Error(`the database holds "${text}" where a price in dollars with at most 3 decimals belongs`);
  return price;
}
