import type { Database } from "../../kit/database/index.ts";
import { GroupCommit } from "../../kit/group-commit.ts";
import { MAX_BALANCE } from "./transaction.ts";

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

/** Books users' transactions: what queued while the last commit ran is one statement and one commit. */
export class Poster {
  readonly #commits: GroupCommit<Entry, Outcome>;

  constructor(database: Database) {
    this.#commits = new GroupCommit((entries) => postAll(database, entries), {
      maxBatch: 200,
      maxWaiting: 2000,
    });
  }

  /** @throws ProblemError 503 when too many wait or the database is away. */
  post(entry: Entry): Promise<Outcome> {
    return this.#commits.add(entry);
  }
}

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
