import { z } from "@hono/zod-openapi";
import { closed, textOf } from "../kit/http/api.ts";
import { INSTRUMENTS, PRICE_PATTERN, priceProblem } from "../market/index.ts";

const MAX_QUANTITY = 999_999_999;
const QUANTITY = `must be a whole number from 1 to ${MAX_QUANTITY}`;

const quantity = z.union(
  [
    z.int({ error: QUANTITY }).min(1, { error: QUANTITY }).max(MAX_QUANTITY, { error: QUANTITY }),
    z
      .string()
      .regex(/^[1-9]\d{0,8}$/, { error: QUANTITY })
      .transform(Number),
  ],
  { error: QUANTITY },
);

const limitPrice = z
  .string({ error: "must be a decimal string in dollars; limit orders need one" })
  .superRefine((text, context) => {
    const message = priceProblem(text);
    if (message) context.addIssue({ code: "custom", message });
  });

export const SYMBOL = /^[A-Z0-9]{3,6}$/;

/** `place` checks that it is a listed instrument. */
const symbol = z
  .string({ error: "must be an ASX code" })
  .regex(SYMBOL, { error: "must be an ASX code: 3 to 6 capital letters or digits" });

const side = z.enum(["buy", "sell"], { error: "must be buy or sell" });

/** The body of a new order. Quantities are whole numbers (text is taken too), prices decimal strings in dollars. */
export const NewOrder = z.discriminatedUnion(
  "type",
  [
    z.strictObject({ symbol, side, type: z.literal("limit"), quantity, limitPrice }),
    z.strictObject({
      symbol,
      side,
      type: z.literal("market"),
      quantity,
      limitPrice: z.never({ error: "is for limit orders only; leave it out" }).optional(),
    }),
  ],
  {
    error: (issue) => (issue.code === "invalid_union" ? "must be market or limit" : "must be a JSON object"),
  },
);

export type NewOrder = z.infer<typeof NewOrder>;

const common = {
  symbol: { type: "string", enum: [...INSTRUMENTS.keys()], example: "BHP" },
  side: { type: "string", enum: ["buy", "sell"] },
  quantity: {
    anyOf: [
      { type: "integer", minimum: 1, maximum: MAX_QUANTITY, example: 100 },
      { type: "string", pattern: "^[1-9][0-9]{0,8}$" },
    ],
  },
};

/** JSON Schema of the body of a new order. */
export const NEW_ORDER = {
  anyOf: [
    closed({
      ...common,
      type: { type: "string", const: "limit" },
      limitPrice: textOf(PRICE_PATTERN, {
        description: "Dollars; a multiple of the price step",
        example: "45.10",
      }),
    }),
    closed({ ...common, type: { type: "string", const: "market" } }),
  ],
};

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
