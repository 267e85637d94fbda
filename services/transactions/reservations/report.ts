import type { Database } from "../../kit/database/index.ts";
import type { ReservationOutcome } from "../../market/index.ts";
import { EXCHANGE_CURRENCY, formatDecimal } from "../../market/index.ts";
import { amountIn } from "../ledger/account.ts";

/** What an order reserved and what was booked for it, for `trizone reconcile-order`. */
export interface ReservationReport {
  id: string;
  /** Absent for sells, which reserve no cash. */
  reservation?: {
    state: ReservationOutcome;
    /** Absent when there is no account, or the release came before the reservation. */
    accountId?: string;
    userId?: string;
    currency: string;
    amount: string;
    spent: string;
    /** What it still holds. */
    held: string;
  };
  transfers: {
    fillId: string;
    kind: "buy" | "sell";
    amount: string;
    debitAccount: string;
    creditAccount: string;
    at: string;
  }[];
  /** Up to where the feed has been applied. */
  feedPosition: string | null;
}

const RESERVATION = {
  name: "report-reservation",
  text: `
  SELECT r.state, r.account, a.user_id, a.currency, r.amount, r.spent
  FROM reservations r LEFT JOIN accounts a ON a.id = r.account WHERE r.id = $1`,
};
const TRANSFERS = {
  name: "report-transfers",
  text: `
  SELECT fill, kind, amount, debit_account, credit_account, at FROM transfers
  WHERE reference = $1 AND fill <> '' ORDER BY at, fill`,
};
const POSITION = { name: "feed-position", text: "SELECT position FROM feed_positions WHERE feed = 'orders'" };

interface ReservationRow {
  state: ReservationOutcome;
  account: string | null;
  user_id: string | null;
  currency: string | null;
  amount: string;
  spent: string;
}

interface TransferRow {
  fill: string;
  kind: "buy" | "sell";
  amount: string;
  debit_account: string;
  credit_account: string;
  at: Date;
}

export async function reservationReport(
  database: Database,
  id: string,
): Promise<ReservationReport | undefined> {
  // The position is read first, so that what is read afterwards includes all that was applied up to it.
  const [feed] = await database.repeatable<{ position: string | null }>(POSITION, []);
  const [[reservation], transfers] = await Promise.all([
    database.repeatable<ReservationRow & Record<string, unknown>>(RESERVATION, [id]),
    database.repeatable<TransferRow & Record<string, unknown>>(TRANSFERS, [id]),
  ]);
  if (!reservation && transfers.length === 0) return undefined;
  return {
    id,
    ...(reservation && { reservation: asReservation(reservation) }),
    transfers: transfers.map((row) => ({
      fillId: row.fill,
      kind: row.kind,
      amount: amountIn(row.amount, EXCHANGE_CURRENCY),
      debitAccount: row.debit_account,
      creditAccount: row.credit_account,
      at: row.at.toISOString(),
    })),
    feedPosition: feed?.position ?? null,
  };
}

function asReservation(row: ReservationRow): NonNullable<ReservationReport["reservation"]> {
  const currency = row.currency ?? EXCHANGE_CURRENCY;
  const thousandths = (text: string) => BigInt(text.replace(".", ""));
  const held = row.state === "reserved" ? thousandths(row.amount) - thousandths(row.spent) : 0n;
  return {
    state: row.state,
    ...(row.account && { accountId: row.account }),
    ...(row.user_id && { userId: row.user_id }),
    currency,
    amount: amountIn(row.amount, currency),
    spent: amountIn(row.spent, currency),
    held: amountIn(formatDecimal(held, 3), currency),
  };
}
