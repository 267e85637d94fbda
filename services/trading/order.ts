import { z } from "@hono/zod-openapi";
import { priceProblem } from "../market/index.ts";

const MAX_QUANTITY = 999_999_999;
const QUANTITY = `must be a whole number from 1 to ${MAX_QUANTITY}`;

const quantity = z
  .union(
    [
      z.int({ error: QUANTITY }).min(1, { error: QUANTITY }).max(MAX_QUANTITY, { error: QUANTITY }),
      z
        .string()
        .regex(/^[1-9]\d{0,8}$/, { error: QUANTITY })
        .transform(Number),
    ],
    { error: QUANTITY },
  )
  .openapi({ type: "integer", minimum: 1, maximum: MAX_QUANTITY, example: 100 });

const limitPrice = z
  .string({ error: "must be a decimal string in dollars; limit orders need one" })
  .superRefine((text, context) => {
    const message = priceProblem(text);
    if (message) context.addIssue({ code: "custom", message });
  })
  .openapi({ example: "45.10" });

/** `place` checks that it is a listed instrument. */
const symbol = z
  .string({ error: "must be an ASX code" })
  .regex(/^[A-Z0-9]{3,6}$/, { error: "must be an ASX code: 3 to 6 capital letters or digits" })
  .openapi({ example: "BHP" });

const side = z.enum(["buy", "sell"], { error: "must be buy or sell" });

/** The body of a new order. Quantities are whole numbers (text is taken too), prices decimal strings in dollars. */
export const NewOrder = z
  .discriminatedUnion(
    "type",
    [
      z.strictObject({ symbol, side, type: z.literal("limit"), quantity, limitPrice }),
      z.strictObject({
        symbol,
        side,
        type: z.literal("market"),
        quantity,
        limitPrice: z
          .never({ error: "is for limit orders only; leave it out" })
          .optional()
          .openapi({ type: "null" }),
      }),
    ],
    {
      error: (issue) =>
        issue.code === "invalid_union" ? "must be market or limit" : "must be a JSON object",
    },
  )
  .openapi("NewOrder");

export type NewOrder = z.infer<typeof NewOrder>;

export const Status = z.enum(["accepted", "open", "filled", "cancelled", "rejected", "expired"]);

/** An order as clients see it. */
export const Order = z
  .object({
    id: z.uuid(),
    symbol: z.string(),
    side,
    type: z.enum(["market", "limit"]),
    quantity: z.number().int(),
    /** Dollars, with the digits it was sent with; limit orders only. */
    limitPrice: z.string().optional(),
    status: Status,
    /** Shares that were traded; left out while there are none. */
    filledQuantity: z.number().int().optional(),
    /** Dollars a share over all fills, rounded half up to four decimals. */
    averagePrice: z.string().optional().openapi({ example: "45.1000" }),
    /** Why an order ended that was not filled. */
    reason: z.string().optional(),
    createdAt: z.iso.datetime(),
  })
  .openapi("Order");

export type Order = z.infer<typeof Order>;

/** Something that happened to an order. */
export const OrderHistory = z
  .object({
    items: z.array(
      z.object({
        /** Counts from 0. */
        version: z.number().int(),
        type: z.enum(["placed", "opened", "fill", "closed"]),
        /** Of the order, once this had happened. */
        status: Status,
        at: z.iso.datetime(),
        fill: z
          .object({ id: z.string(), quantity: z.number().int(), price: z.string(), amount: z.string() })
          .optional(),
        reason: z.string().optional(),
      }),
    ),
  })
  .openapi("OrderHistory");
