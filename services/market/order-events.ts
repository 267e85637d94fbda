import { z } from "zod";

/** An event's place in the feed: the writing transaction's id, its chain, its link there. */
const Position = z.string().regex(/^\d{1,20}\.\d{1,19}\.\d{1,19}$/);

const orderId = z.uuid().toLowerCase();
const userId = z.string().min(1).max(255);
const symbol = z.string().regex(/^[A-Z0-9]{3,6}$/);
const quantity = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const amount = z.string().regex(/^\d{1,18}\.\d{2}$/);

/** An event of an order, as the feed carries it. A fill that ends its order has `closed` too. */
export const OrderEvent = z.object({
  position: Position,
  orderId,
  userId,
  type: z.enum(["fill", "closed"]),
  at: z.iso.datetime(),
  symbol,
  side: z.enum(["buy", "sell"]),
  fill: z
    .object({
      id: z.string().min(1).max(100),
      quantity,
      /** Dollars a share. */
      price: z.string().regex(/^\d{1,9}(\.\d{1,3})?$/),
      /** Dollars of the whole fill, with cents. */
      amount,
    })
    .optional(),
  closed: z.enum(["filled", "cancelled", "rejected", "expired"]).optional(),
});

export type OrderEvent = z.infer<typeof OrderEvent>;

/** A batch of the feed: `after` is where the sender believes that the consumer is, `position` that of the last event. */
export const EventBatch = z.object({
  after: Position.nullable(),
  position: Position,
  events: z.array(OrderEvent).max(1000),
});

export type EventBatch = z.infer<typeof EventBatch>;

/** A reservation of holdings; its id is its order's. */
export const HoldingReservation = z.object({ id: orderId, userId, symbol, quantity });

export type HoldingReservation = z.infer<typeof HoldingReservation>;

export type ReservationOutcome = "reserved" | "insufficient" | "no-account" | "released";
