import { z } from "@hono/zod-openapi";
import { closed, textOf } from "../../kit/http/api.ts";
import { UUID } from "../../kit/uuid.ts";
import { CURRENCIES, parseDecimal, scaleOf } from "../../market/index.ts";

/** Digits before the point of one transaction's amount at most. */
const MAX_DIGITS = 12;
/** More than this is on no account, in whole units of its currency: what an account may hold after a transaction. */
export const MAX_BALANCE = "1000000000000000";

const AMOUNT = `must be a decimal string such as "250.00", more than 0, with at most ${MAX_DIGITS} digits before the point`;

/** How many decimals it may have, its currency says: see `scaleProblem`. */
const amount = z
  .string({ error: AMOUNT })
  .refine(
    (text) =>
      text.length <= MAX_DIGITS + 4 && (parseDecimal(text, 3) ?? 0n) > 0n && wholeDigits(text) <= MAX_DIGITS,
    { error: AMOUNT },
  );

const wholeDigits = (text: string) => text.split(".")[0]?.length ?? 0;

export const Currency = z
  .string({ error: "must be an ISO 4217 code" })
  .refine((code) => scaleOf(code) !== undefined, { error: "must be an ISO 4217 code such as AUD" });

const accountId = z
  .string({ error: "must be the id of an account" })
  .regex(UUID, { error: "must be the id of an account" });

const where = { accountId: accountId.optional(), currency: Currency.optional() };
const oneOf = { error: "give either accountId or currency", path: ["accountId"] };
const hasOne = (body: { accountId?: string | undefined; currency?: string | undefined }) =>
  (body.accountId === undefined) !== (body.currency === undefined);

/**
 * The body of a new transaction. The account is named by its id or, as a user has one a currency, by its currency; a
 * deposit by currency opens it.
 */
export const NewTransaction = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("deposit"), ...where, amount }).refine(hasOne, oneOf),
    z.strictObject({ kind: z.literal("withdrawal"), ...where, amount }).refine(hasOne, oneOf),
    z
      .strictObject({ kind: z.literal("transfer"), ...where, toAccountId: accountId, amount })
      .refine(hasOne, oneOf),
  ],
  {
    error: (issue) =>
      issue.code === "invalid_union" ? "must be deposit, withdrawal or transfer" : "must be a JSON object",
  },
);

export type NewTransaction = z.infer<typeof NewTransaction>;

/** Texts of amounts of more than 0 with so many decimals at most. */
const amountPattern = (decimals: number) => {
  const least = Array.from({ length: decimals }, (_, i) => `0{${i}}[1-9][0-9]{0,${decimals - 1 - i}}`).join(
    "|",
  );
  const fraction = decimals > 0 ? `(?:\\.[0-9]{1,${decimals}})?` : "";
  const small = decimals > 0 ? `|0\\.(?:${least})` : "";
  return new RegExp(`^(?:[1-9][0-9]{0,${MAX_DIGITS - 1}}${fraction}${small})$`);
};

/** JSON Schema of the body of a new transaction: an amount's decimals are its currency's, or the account's, at most 3. */
export const NEW_TRANSACTION = (() => {
  const id = textOf(UUID);
  const amount = (decimals: number) => textOf(amountPattern(decimals), { example: "250" });
  const places = [
    ...[...Map.groupBy(CURRENCIES, (code) => scaleOf(code) ?? 0)].map(([decimals, codes]) => ({
      currency: { type: "string", enum: codes },
      amount: amount(decimals),
    })),
    { accountId: id, amount: amount(3) },
  ];
  return {
    anyOf: places.flatMap((place) => [
      closed({ kind: { type: "string", enum: ["deposit", "withdrawal"] }, ...place }),
      closed({ kind: { type: "string", const: "transfer" }, ...place, toAccountId: id }),
    ]),
  };
})();

/** JSON Schema of the body that opens an account. */
export const NEW_ACCOUNT = closed({ currency: { type: "string", enum: CURRENCIES, example: "AUD" } });

/** A transaction as the users on both its sides see it; the same whenever it is read. */
export const Transaction = z
  .object({
    id: z.uuid(),
    kind: z.enum(["deposit", "withdrawal", "transfer"]),
    accountId: z.uuid(),
    /** Of a transfer: who got it. */
    toAccountId: z.uuid().optional(),
    currency: z.string(),
    /** With all decimals of its currency. */
    amount: z.string(),
    createdAt: z.iso.datetime(),
  })
  .openapi("Transaction");

export type Transaction = z.infer<typeof Transaction>;
