import { z } from "@hono/zod-openapi";
import { formatDecimal, parseDecimal, scaleOf } from "../../market/index.ts";

/** Decimals of the ledger's columns: enough for every currency. */
const STORED_SCALE = 3;

/** A user's account; amounts are decimal strings with all decimals of the currency. */
export const Account = z
  .object({
    id: z.uuid(),
    currency: z.string(),
    balance: z.string(),
    /** Of the balance, what open orders hold. */
    reserved: z.string(),
    /** The rest: what can be spent. */
    available: z.string(),
    openedAt: z.iso.datetime(),
  })
  .openapi("Account");

export type Account = z.infer<typeof Account>;

export interface AccountRow {
  id: string;
  currency: string;
  balance: string;
  reserved: string;
  opened_at: Date;
}

export function asAccount(row: AccountRow): Account {
  const { id, currency } = row;
  const balance = stored(row.balance);
  const reserved = stored(row.reserved);
  return {
    id,
    currency,
    balance: inCurrency(balance, currency),
    reserved: inCurrency(reserved, currency),
    available: inCurrency(balance - reserved, currency),
    openedAt: row.opened_at.toISOString(),
  };
}

/** An amount as the ledger's columns hold it, in the digits of its currency. */
export function amountIn(text: string, currency: string): string {
  return inCurrency(stored(text), currency);
}

function stored(text: string): bigint {
  const units = parseDecimal(text, STORED_SCALE);
  if (units === undefined)
    throw new RangeError(
      `the ledger holds "${text}" where an amount with at most ${STORED_SCALE} decimals belongs`,
    );
  return units;
}

/** @throws RangeError when digits would be lost, which no stored amount should cause. */
function inCurrency(units: bigint, currency: string): string {
  const scale = scaleOf(currency);
  if (scale === undefined) throw new RangeError(`${currency} is not a currency`);
  const unit = 10n ** BigInt(STORED_SCALE - scale);
  if (units % unit !== 0n)
    throw new RangeError(`an amount in the ledger has more decimals than ${currency} has`);
  return formatDecimal(units / unit, scale);
}
