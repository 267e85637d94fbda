import { z } from "@hono/zod-openapi";
import { closed, textOf } from "../kit/http/api.ts";
import { INSTRUMENTS, parseDecimal } from "../market/index.ts";

const dollars = (description: string) => z.string().openapi({ description, example: "4510.00" });
const orAway = (description: string) =>
  z
    .string()
    .nullable()
    .openapi({ description: `${description}; null while quotes are away`, example: "4510.00" });

/** One symbol that a user holds or held. Amounts are decimal strings in dollars. */
export const Position = z
  .object({
    symbol: z.string(),
    quantity: z.number().int(),
    /** Of it, promised to open sell orders. */
    reserved: z.number().int(),
    cost: dollars("What the quantity cost"),
    averageCost: z
      .string()
      .nullable()
      .openapi({ description: "Of a share, rounded to a hundredth of a cent; null when none is held" }),
    price: orAway("Price of the latest trade"),
    marketValue: orAway("Price × quantity"),
    unrealised: orAway("Profit or loss if all were sold at that price"),
    realised: dollars("Profit less loss of what was sold"),
  })
  .openapi("Position");

export type Position = z.infer<typeof Position>;

export const Portfolio = z
  .object({
    items: z.array(Position),
    total: z.object({
      cost: dollars("Of all positions"),
      marketValue: orAway("Of all positions"),
      unrealised: orAway("Of all positions"),
      realised: dollars("Of all positions"),
    }),
  })
  .openapi("Portfolio");

export type Portfolio = z.infer<typeof Portfolio>;

const MAX_QUANTITY = 999_999_999;
const QUANTITY = `must be a whole number from 1 to ${MAX_QUANTITY}`;
const MAX_COST = 100_000_000_000_00n;
const COST =
  'must be a decimal string in dollars such as "4510.00", at most 100000000000.00, with at most 2 decimals';

/** The body of a transfer of shares from another broker. */
export const NewTransferIn = z.strictObject(
  {
    symbol: z
      .string({ error: "must be an ASX code" })
      .refine((text) => INSTRUMENTS.has(text), { error: "is not an instrument traded here" }),
    quantity: z.int({ error: QUANTITY }).min(1, { error: QUANTITY }).max(MAX_QUANTITY, { error: QUANTITY }),
    cost: z
      .string({ error: COST })
      .refine((text) => (parseDecimal(text, 2) ?? MAX_COST + 1n) <= MAX_COST, { error: COST }),
  },
  { error: (issue) => (issue.code === "invalid_type" ? "must be a JSON object" : undefined) },
);

/** JSON Schema of the body of a transfer. */
export const NEW_TRANSFER_IN = closed({
  symbol: { type: "string", enum: [...INSTRUMENTS.keys()], example: "BHP" },
  quantity: { type: "integer", minimum: 1, maximum: MAX_QUANTITY, example: 100 },
  cost: textOf(/^(?:(?:0|[1-9][0-9]{0,10})(?:\.[0-9]{1,2})?|100000000000(?:\.0{1,2})?)$/, {
    description: "What the shares cost in all",
    example: "4510.00",
  }),
});

export type NewTransferIn = z.infer<typeof NewTransferIn>;

export const TransferIn = z
  .object({
    id: z.uuid(),
    symbol: z.string(),
    quantity: z.number().int(),
    cost: z.string(),
    createdAt: z.iso.datetime(),
  })
  .openapi("TransferIn");

export type TransferIn = z.infer<typeof TransferIn>;
