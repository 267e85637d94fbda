import type { PoolClient, QueryResultRow } from "pg";
import { isConnectionLoss } from "./connection-loss.ts";

/** A statement as text, or with a name under which each connection keeps it prepared. */
export type Statement = string | { name: string; text: string };

/** The database does not take statements now, or it is not known whether the last one took effect. */
export class ConnectionLost extends Error {}

/** The error as it is, or as ConnectionLost when that is what it says. */
export function asLoss(error: unknown): unknown {
  if (error instanceof ConnectionLost || !isConnectionLoss(error)) return error;
  return new ConnectionLost("the database connection was lost", { cause: error });
}

/** Where the statements of one transaction run, in the order in which they are asked for. */
export interface Session {
  /** @throws ConnectionLost; PostgreSQL's error when it refuses the statement */
  query<Row extends QueryResultRow>(statement: Statement, values?: unknown[]): Promise<Row[]>;
}

/** Lends a connection to `work` and gives it back, or throws it away when it was lost. */
export async function using<Result>(
  client: PoolClient,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  try {
    const result = await work({
      query: async <Row extends QueryResultRow>(statement: Statement, values: unknown[] = []) => {
        const text = typeof statement === "string" ? { text: statement } : statement;
        const result = await client.query<Row>({ ...text, values }).catch((error: unknown) => {
          throw asLoss(error);
        });
        return result.rows;
      },
    });
    client.release();
    return result;
  } catch (error) {
    client.release(error instanceof ConnectionLost);
    throw error;
  }
}

/** A session between BEGIN and COMMIT. */
export interface Transaction extends Session {
  /** Has a statement sent together with COMMIT: nobody needs its rows, and what it can't do undoes all. */
  last(statement: Statement, values?: unknown[]): void;
}

/**
 * Runs `work` between BEGIN and COMMIT, and rolls back what it throws.
 * @throws ConnectionLost; PostgreSQL's error when it refuses one of the last statements; else what `work` throws
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
    await session.query("ROLLBACK");
    throw error;
  }
  // After a statement that failed, the server takes COMMIT for ROLLBACK, and says so without an error.
  const sent = [...ending.map((statement) => session.query(...statement)), session.query("COMMIT")];
  const answers = await Promise.allSettled(sent);
  for (const answer of answers) if (answer.status === "rejected") throw answer.reason;
  return result;
}
