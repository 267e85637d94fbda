import type { Database } from "../../kit/database/index.ts";

/** What never changes about a user's account. */
export interface AccountFacts {
  id: string;
  userId: string;
  currency: string;
}

const BY_ID = {
  name: "account-by-id",
  text: `SELECT id, user_id AS "userId", currency FROM accounts WHERE id = $1`,
};
const BY_USER = {
  name: "account-by-user",
  text: `SELECT id, user_id AS "userId", currency FROM accounts WHERE user_id = $1 AND currency = $2`,
};
const BANK = {
  name: "bank-account",
  text: "SELECT id FROM system_accounts WHERE currency = $1 AND purpose = 'bank'",
};
const OPEN = { name: "open-account", text: "SELECT open_account($1, $2) AS id" };

/** Facts kept in memory at most; some 300 bytes each. */
const MAX_KEPT = 20_000;

/** Finds accounts. Facts are cached without expiry, as they never change. */
export class AccountDirectory {
  readonly #database: Database;
  readonly #kept = new Map<string, AccountFacts>();
  readonly #banks = new Map<string, string>();

  constructor(database: Database) {
    this.#database = database;
  }

  async byId(id: string): Promise<AccountFacts | undefined> {
    return this.#kept.get(id) ?? this.#find(BY_ID, [id]);
  }

  async byUser(userId: string, currency: string): Promise<AccountFacts | undefined> {
    return this.#kept.get(`${currency} ${userId}`) ?? this.#find(BY_USER, [userId, currency]);
  }

  /** The user's account in a currency, opened when there is none yet. */
  async open(userId: string, currency: string): Promise<AccountFacts> {
    const there = await this.byUser(userId, currency);
    if (there) return there;
    const [row] = await this.#database.repeatable<{ id: string }>(OPEN, [userId, currency]);
    if (!row)
      throw new Error("open_account returned no row; does the schema match this version? Run the migrations");
    return this.#keep({ id: row.id, userId, currency });
  }

  /** The broker's own bank account in a currency in which users have accounts. */
  async bank(currency: string): Promise<string> {
    const kept = this.#banks.get(currency);
    if (kept) return kept;
    const [row] = await this.#database.repeatable<{ id: string }>(BANK, [currency]);
    if (!row) throw new Error(`there is no bank account in ${currency}; opening a user's account creates it`);
    this.#banks.set(currency, row.id);
    return row.id;
  }

  async #find(statement: typeof BY_ID, values: string[]): Promise<AccountFacts | undefined> {
    const [facts] = await this.#database.repeatable<AccountFacts>(statement, values);
    return facts && this.#keep(facts);
  }

  #keep(facts: AccountFacts): AccountFacts {
    this.#kept.set(facts.id, facts);
    this.#kept.set(`${facts.currency} ${facts.userId}`, facts);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) break;
      this.#kept.delete(oldest);
    }
    return facts;
  }
}
