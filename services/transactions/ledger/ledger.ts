import { createHash } from "node:crypto";
import type { Database } from "../../kit/database/index.ts";
import { GroupCommit } from "../../kit/group-commit.ts";
import { ProblemError } from "../../kit/http/problem.ts";
import { keyOfAnother } from "../../kit/http/user.ts";
import { uuid7 } from "../../kit/uuid.ts";
import { scaleProblem, tooLittle, tooMuch, wrongTarget } from "../problems.ts";
import { type Account, type AccountRow, amountIn, asAccount } from "./account.ts";
import { type AccountFacts, accountById, accountOf, openAccount } from "./directory.ts";
import { readStatement, type Statement } from "./statement.ts";
import { MAX_BALANCE, type NewTransaction, type Transaction } from "./transaction.ts";

/** A transaction, resolved to the accounts that it moves an amount between. */
export interface Entry {
  id: string;
  userId: string;
  key: string;
  print: Buffer;
  kind: "deposit" | "withdrawal" | "transfer";
  debit: string;
  credit: string;
  amount: string;
}

/** What became of an entry; `reference` and `at` are those of the transaction that is booked under its key. */
export interface Outcome {
  outcome: "booked" | "replayed" | "other" | "insufficient" | "full";
  reference: string;
  at: Date;
}

const POST = {
  name: "post",
  text: "SELECT outcome, reference, at FROM post($1, $2, $3, $4, $5, $6, $7, $8, $9)",
};

/** In order of user and key, so that two pods that book the same keys never wait for each other. */
async function postAll(database: Database, entries: Entry[]): Promise<Outcome[]> {
  const order = entries.map((_, i) => i).sort((a, b) => compare(entries[a] as Entry, entries[b] as Entry));
  const column = <Name extends keyof Entry>(name: Name) => order.map((i) => (entries[i] as Entry)[name]);
  const rows = await database.repeatable<Outcome & Record<string, unknown>>(POST, [
    column("id"),
    column("userId"),
    column("key"),
    column("print"),
    column("kind"),
    column("debit"),
    column("credit"),
    column("amount"),
    MAX_BALANCE,
  ]);
  const outcomes: Outcome[] = new Array(entries.length);
  for (const [place, i] of order.entries()) outcomes[i] = rows[place] as Outcome;
  return outcomes;
}

function compare(a: Entry, b: Entry): number {
  const [left, right] = a.userId === b.userId ? [a.key, b.key] : [a.userId, b.userId];
  return left < right ? -1 : left > right ? 1 : 0;
}

interface Booked {
  transaction: Transaction;
  /** Booked by an earlier request with the same key. */
  replayed: boolean;
}

const ACCOUNTS = {
  name: "accounts-of-user",
  text: "SELECT id, currency, balance, reserved, opened_at FROM accounts WHERE user_id = $1 ORDER BY currency",
};
const ACCOUNT = {
  name: "account",
  text: "SELECT id, currency, balance, reserved, opened_at FROM accounts WHERE id = $1",
};
const TRANSACTION = {
  name: "transaction",
  text: `
  SELECT t.kind, t.debit_account, t.credit_account, t.amount, t.at, a.currency
  FROM transfers t JOIN accounts a ON a.id IN (t.debit_account, t.credit_account)
  WHERE t.reference = $1 AND t.fill = '' AND a.user_id = $2
  LIMIT 1`,
};

interface TransactionRow {
  kind: Transaction["kind"];
  debit_account: string;
  credit_account: string;
  amount: string;
  at: Date;
  currency: string;
}

/**
 * Cash accounts of users; each sees only their own. Every method throws ProblemError 503 when the database is
 * away, 429 when too much of one user's waits.
 */
export class Ledger {
  readonly #database: Database;
  readonly #posts: GroupCommit<Entry, Outcome>;

  constructor(database: Database) {
    this.#database = database;
    this.#posts = new GroupCommit((entries) => postAll(database, entries), {
      maxBatch: 200,
      maxWaiting: 2000,
    });
  }

  async open(userId: string, currency: string): Promise<Account> {
    const { id, row } = await this.#database.ofUser(userId, async () => {
      const { id } = await openAccount(this.#database, userId, currency);
      return { id, row: (await this.#database.repeatable<AccountRow>(ACCOUNT, [id]))[0] };
    });
    if (!row) throw new Error(`the account ${id}, which was just opened, is not in the database`);
    return asAccount(row);
  }

  /** All the user's accounts, by currency. */
  async accounts(userId: string): Promise<Account[]> {
    const read = () => this.#database.repeatable<AccountRow>(ACCOUNTS, [userId]);
    return (await this.#database.ofUser(userId, read)).map(asAccount);
  }

  /**
   * Books a transaction in one durable write, once per user and key.
   * @throws ProblemError 404 for an account that isn't the user's or isn't there, 409 when too little is available or
   * too much would be on the account, 422 for a wrong amount or currency, or a key of another transaction.
   */
  async book(userId: string, key: string, wanted: NewTransaction): Promise<Booked> {
    const account = await this.#accountFor(userId, wanted);
    const { currency } = account;
    const wrong = scaleProblem(wanted.amount, currency);
    if (wrong) throw wrong;
    const to = wanted.kind === "transfer" ? await this.#targetFor(account, wanted.toAccountId) : undefined;
    const other = to?.id ?? account.bank;
    const [debit, credit] = wanted.kind === "deposit" ? [other, account.id] : [account.id, other];
    const entry: Entry = {
      id: uuid7(),
      userId,
      key,
      print: fingerprint(wanted.kind, debit, credit, amountIn(wanted.amount, currency)),
      kind: wanted.kind,
      debit,
      credit,
      amount: wanted.amount,
    };
    const outcome = await this.#posts.add(entry);
    refuse(outcome);
    return {
      transaction: {
        id: outcome.reference,
        kind: wanted.kind,
        accountId: account.id,
        ...(to && { toAccountId: to.id }),
        currency,
        amount: amountIn(wanted.amount, currency),
        createdAt: outcome.at.toISOString(),
      },
      replayed: outcome.outcome === "replayed",
    };
  }

  /** A transaction that one of the user's accounts is a side of. */
  async find(userId: string, id: string): Promise<Transaction | undefined> {
    const read = () => this.#database.repeatable<TransactionRow>(TRANSACTION, [id, userId]);
    const [row] = await this.#database.ofUser(userId, read);
    if (!row) return undefined;
    return {
      id,
      kind: row.kind,
      accountId: row.kind === "deposit" ? row.credit_account : row.debit_account,
      ...(row.kind === "transfer" && { toAccountId: row.credit_account }),
      currency: row.currency,
      amount: amountIn(row.amount, row.currency),
      createdAt: row.at.toISOString(),
    };
  }

  /**
   * At most `limit` lines of an account, newest first, from below line `before` on.
   * @throws ProblemError 404 for an account that isn't the user's.
   */
  async statement(
    userId: string,
    accountId: string,
    before: bigint | undefined,
    limit: number,
  ): Promise<Statement> {
    return this.#database.ofUser(userId, async () =>
      readStatement(this.#database, await this.#own(userId, accountId), before, limit),
    );
  }

  async #accountFor(userId: string, wanted: NewTransaction): Promise<AccountFacts> {
    if (wanted.accountId !== undefined) return this.#own(userId, wanted.accountId);
    const currency = wanted.currency ?? "";
    if (wanted.kind === "deposit") return openAccount(this.#database, userId, currency);
    const account = await accountOf(this.#database, userId, currency);
    if (!account) throw new ProblemError(404, `You have no account in ${currency}; a deposit opens it.`);
    return account;
  }

  async #own(userId: string, accountId: string): Promise<AccountFacts> {
    const account = await accountById(this.#database, accountId.toLowerCase());
    if (account?.userId !== userId) throw new ProblemError(404, "You have no account of this id.");
    return account;
  }

  async #targetFor(from: AccountFacts, toAccountId: string): Promise<AccountFacts> {
    const to = await accountById(this.#database, toAccountId.toLowerCase());
    if (!to) throw wrongTarget("is not an account here");
    if (to.id === from.id) throw wrongTarget("is the account that the transfer comes from");
    if (to.currency !== from.currency) throw wrongTarget(`must be an account in ${from.currency}`);
    return to;
  }
}

/** Equal for requests that mean the same transaction, however they were written. SHA-256, 32 bytes. */
function fingerprint(...meaning: string[]): Buffer {
  return createHash("sha256").update(JSON.stringify(meaning)).digest();
}

function refuse({ outcome }: Outcome): void {
  if (outcome === "other") throw keyOfAnother("transaction");
  if (outcome === "insufficient") throw tooLittle();
  if (outcome === "full") throw tooMuch();
}
