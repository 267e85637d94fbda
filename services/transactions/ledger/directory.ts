import type { Database } from "../../kit/database/index.ts";

/** What never changes about a user's account. */
export interface AccountFacts {
  id: string;
  userId: string;
  currency: string;
  /** The broker's own bank account in this currency; opening a user's account creates it. */
  bank: string;
}

const FACTS = `
  SELECT a.id, a.user_id AS "userId", a.currency, b.id AS bank
  FROM accounts a JOIN system_accounts b ON b.currency = a.currency AND b.purpose = 'bank'`;
const BY_ID = { name: "account-by-id", text: `${FACTS} WHERE a.id = $1` };
const BY_USER = { name: "account-by-user", text: `${FACTS} WHERE a.user_id = $1 AND a.currency = $2` };
const OPEN = { name: "open-account", text: "SELECT open_account($1, $2)" };

export async function accountById(database: Database, id: string): Promise<AccountFacts | undefined> {
  return (await database.repeatable<AccountFacts & Record<string, unknown>>(BY_ID, [id]))[0];
}

/** A user's account in a currency. */
export async function accountOf(
  database: Database,
  userId: string,
  currency: string,
): Promise<AccountFacts | undefined> {
  const values = [userId, currency];
  return (await database.repeatable<AccountFacts & Record<string, unknown>>(BY_USER, values))[0];
}

/** The user's account in a currency, opened when there is none yet. */
export async function openAccount(
  database: Database,
  userId: string,
  currency: string,
): Promise<AccountFacts> {
  const there = await accountOf(database, userId, currency);
  if (there) return there;
  await database.repeatable(OPEN, [userId, currency]);
  const opened = await accountOf(database, userId, currency);
  if (!opened)
    throw new Error("open_account opened none; does the schema match this version? Run the migrations");
  return opened;
}
