import { createHash } from "node:crypto";
import type { Database } from "../kit/database/index.ts";
import { keyOfAnother } from "../kit/http/user.ts";
import { uuid7 } from "../kit/uuid.ts";
import { formatDecimal, parseDecimal } from "../market/index.ts";
import type { NewTransferIn, TransferIn } from "./schemas.ts";

interface Row {
  id: string;
  fingerprint: Buffer;
  symbol: string;
  quantity: string;
  cost: string;
  created_at: Date;
}

const COLUMNS = "id, fingerprint, symbol, quantity, cost, created_at";

const INSERT = {
  name: "transfer-in",
  text: `WITH transfer AS (
      INSERT INTO transfers_in (id, user_id, idempotency_key, fingerprint, symbol, quantity, cost)
      VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (user_id, idempotency_key) DO NOTHING RETURNING *
    ), holding AS (
      INSERT INTO holdings AS h (user_id, symbol, quantity, cost)
      SELECT user_id, symbol, quantity, cost FROM transfer
      ON CONFLICT (user_id, symbol) DO UPDATE
        SET quantity = h.quantity + excluded.quantity, cost = h.cost + excluded.cost
    )
    SELECT ${COLUMNS} FROM transfer`,
};

const BY_KEY = {
  name: "transfer-in-by-key",
  text: `SELECT ${COLUMNS} FROM transfers_in WHERE user_id = $1 AND idempotency_key = $2`,
};

/**
 * Adds shares to a user's holdings, once per user and key.
 * @throws ProblemError 422 for a key that was used for another transfer; 503
 */
export async function addTransferIn(
  database: Database,
  userId: string,
  key: string,
  { symbol, quantity, cost }: NewTransferIn,
): Promise<{ transfer: TransferIn; replayed: boolean }> {
  const cents = parseDecimal(cost, 2) ?? 0n;
  const print = createHash("sha256")
    .update(JSON.stringify([symbol, quantity, cents.toString()]))
    .digest();
  const id = uuid7();
  const values = [id, userId, key, print, symbol, quantity, formatDecimal(cents, 2)];
  const inserted = await database.repeatable<Row>(INSERT, values);
  // A separate statement, as the insert's own snapshot does not show a row that another request just committed.
  const [row] = inserted.length > 0 ? inserted : await database.repeatable<Row>(BY_KEY, [userId, key]);
  if (!row) throw new Error("the transfer under a key that conflicts is not there");
  if (!row.fingerprint.equals(print)) throw keyOfAnother("transfer");
  const transfer = {
    id: row.id,
    symbol: row.symbol,
    quantity: Number(row.quantity),
    cost: row.cost,
    createdAt: row.created_at.toISOString(),
  };
  return { transfer, replayed: row.id !== id };
}
