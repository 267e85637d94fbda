import type { PoolClient, QueryResultRow } from "pg";
import { isConnectionLoss, isRolledBack, isStale } from "./connection-loss.ts";

/** A statement as text, or with a name under which each connection keeps it prepared. */
export type Statement = string | { name: string; text: string };

/** The database does not execute statements now, or it is not known whether the last one took effect. */
export class ConnectionLost extends Error {}

/** Nothing of a statement or transaction took effect, and the same again may succeed, on another connection. */
export class NotExecuted extends Error {
  /** Whether what connections have prepared is out of date. */
  readonly stale: boolean;

  constructor(cause: unknown) {
    super("the statement had no effect and may be repeated", { cause });
    this.stale = isStale(cause);
  }
}

/** The error as it is, or as ConnectionLost or NotExecuted when that is what it says. */
export function asLoss(error: unknown): unknown {
  if (error instanceof ConnectionLost || error instanceof NotExecuted) return error;
  if (isStale(error) || isRolledBack(error)) return new NotExecuted(error);
  if (!isConnectionLoss(error)) return error;
  return new ConnectionLost("the database connection was lost", { cause: error });
}

/** Where the statements of one transaction run, in the order in which they are asked for. */
export interface Session {
  /** @throws ConnectionLost, NotExecuted; PostgreSQL's error when it refuses the statement */
  query<Row extends QueryResultRow>(statement: Statement, values?: unknown[]): Promise<Row[]>;
}

/**
 * Lends a connection to `work` and gives it back, or throws it away when it was lost, or what it has prepared is out of date.
 * @param generation part of what named statements are prepared as: after a migration another, as a pooler keeps what it
 * has prepared for any connection with the same text
 */
export async function using<Result>(
  client: PoolClient,
  work: (session: Session) => Promise<Result>,
  generation = 0,
): Promise<Result> {
  try {
    const result = await work({
      query: async <Row extends QueryResultRow>(statement: Statement, values: unknown[] = []) => {
        const text =
          typeof statement === "string" ? { text: statement } : ofGeneration(statement, generation);
        const result = await client.query<Row>({ ...text, values }).catch((error: unknown) => {
          throw asLoss(error);
        });
        return result.rows;
      },
    });
    client.release();
    return result;
  } catch (error) {
    client.release(error instanceof ConnectionLost || (error instanceof NotExecuted && error.stale));
    throw error;
  }
}

function ofGeneration<Named extends { name: string; text: string }>(statement: Named, generation: number) {
  if (generation === 0) return statement;
  return { name: `${statement.name} ${generation}`, text: `${statement.text} /* ${generation} */` };
}

/** A session between BEGIN and COMMIT. */
export interface Transaction extends Session {
  /** Sends a statement together with COMMIT: its rows are not returned, and its failure rolls the transaction back. */
  last(statement: Statement, values?: unknown[]): void;
}

/**
 * Runs `work` between BEGIN and COMMIT, and rolls back what it throws.
 * @throws ConnectionLost, NotExecuted; PostgreSQL's error when it refuses one of the last statements; else what `work` throws
 */
export async function inTransaction<Result>(
  session: Session,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  // Sent without waiting for its answer: the first statement goes with it.
  const begun = session.query("BEGIN");
  begun.catch(() => undefined);
  const ending: [statement: Statement, values?: unknown[]][] = [];
  let result: Result;
  try {
    result = await work({
      query: (statement, values) => session.query(statement, values),
      last: (...statement) => ending.push(statement),
    });
    await begun;
  } catch (error) {
    if (error instanceof ConnectionLost) throw error;
    // The connection of a stale statement is thrown away.
    if (!(error instanceof NotExecuted && error.stale)) await session.query("ROLLBACK");
    throw error;
  }
  // After a statement that failed, the server takes COMMIT for ROLLBACK, and says so without an error.
  const sent = [...ending.map((statement) => session.query(...statement)), session.query("COMMIT")];
  const answers = await Promise.allSettled(sent);
  for (const answer of answers) if (answer.status === "rejected") throw answer.reason;
  return result;
}
