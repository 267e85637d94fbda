import { setTimeout as sleep } from "node:timers/promises";
import pg, { type QueryResultRow } from "pg";
import { ProblemError, RETRY_LATER_HEADER } from "../http/problem.ts";
import type { Logger } from "../telemetry/index.ts";
import { isLoginRefused, isOutOfResources } from "./connection-loss.ts";
import { clientOfLogin, type DatabaseEnvironment } from "./login.ts";
import {
  asLoss,
  ConnectionLost,
  inTransaction,
  NotExecuted,
  type Session,
  type Statement,
  type Transaction,
  using,
} from "./session.ts";
import { UserShare } from "./user-share.ts";

/** SERVICE becomes the connections' application_name, which the server shows. */
type PodDatabaseEnvironment = DatabaseEnvironment & { SERVICE: string };

/** Statements waiting for a connection; more are refused at once rather than queued behind a stalled server. */
const MAX_WAITING = 200;
const CONNECT_TIMEOUT_MS = 800;
/** Milliseconds after which the server ends a statement. Through a pooler, which doesn't pass it on, the pooler's own. */
export const STATEMENT_TIMEOUT_MS = 1500;
/** Another try follows only a quick failure, so that the client gets an answer within three seconds. */
const QUICK_MS = 500;
/**
 * What had no effect is tried so often at most, as migrations may follow one another, and within this time: the server
 * takes a second to find that two transactions wait for each other.
 */
const TRIES = 5;
const TRY_AGAIN_MS = 1300;

/** The database. When a connection is lost, the whole pool is replaced: after a failover all of its connections are dead. */
export class Database {
  readonly #environment: PodDatabaseEnvironment;
  readonly #log: Logger;
  readonly #users: UserShare;
  /** Counts how often what connections had prepared was out of date. */
  #generation = 0;
  #pool: Promise<pg.Pool> | undefined;
  /** What waits for one of the pool's connections: called when the pool is replaced. */
  readonly #waiting = new Set<() => void>();

  constructor(environment: PodDatabaseEnvironment, log: Logger) {
    this.#environment = environment;
    this.#log = log;
    this.#users = new UserShare({ concurrency: Math.max(1, Math.floor(environment.DATABASE_POOL_SIZE / 2)) });
  }

  /**
   * Does what is done for one user alone, such as reading a list, in the user's turn: at most half of the connections are
   * used for such work, and one for one user.
   * @param first whether it goes before the user's other work that waits
   * @throws ProblemError 429 when too much of the user's waits already; else what `work` throws
   */
  ofUser<Result>(userId: string, work: () => Promise<Result>, first = false): Promise<Result> {
    return this.#users.run(userId, work, first);
  }

  /**
   * Runs a statement that has the same effect when it is run twice, and runs it again when the connection is lost.
   * Rows come back only once the statement is durable.
   * @throws ProblemError 503 when the database does not take it; PostgreSQL's error when it refuses the statement.
   */
  async repeatable<Row extends QueryResultRow>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const run = (session: Session) => session.query<Row>(statement, values);
    const started = performance.now();
    try {
      return await this.#executed(run);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) return orUnavailable(error);
      if (performance.now() - started > QUICK_MS) throw unavailable(error);
      this.#log.warn({ err: error }, "database connection lost, trying once more");
    }
    await sleep(20 + Math.random() * 100);
    return this.#executed(run).catch(orUnavailable);
  }

  /**
   * Runs a statement once, as its own transaction: for what must not be run twice. One that certainly had no effect, as its
   * plan was out of date, is run again.
   * @throws ProblemError 503 when the database does not take it, or the connection was lost, so that it isn't known
   * whether it took effect; PostgreSQL's error when it refuses the statement.
   */
  async single<Row extends QueryResultRow>(statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.#executed((session) => session.query<Row>(statement, values)).catch(orUnavailable);
  }

  /**
   * Runs `work` as one transaction (READ COMMITTED) that takes effect once at most: the caller decides whether a repeat is
   * safe. `work` itself may be called again, after all that it did was rolled back.
   * @throws ProblemError 503 when the database does not take it, or the connection was lost, so that it isn't known
   * whether it committed; else what `work` throws, rolled back.
   */
  async transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#executed((session) => inTransaction(session, work)).catch(orUnavailable);
  }

  async close(): Promise<void> {
    const pool = await this.#pool;
    await pool?.end();
  }

  /** As `#once`, and again when it had no effect for a reason that passes. @throws ConnectionLost; what `work` throws */
  async #executed<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    const started = performance.now();
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#once(work);
      } catch (error) {
        if (!(error instanceof NotExecuted)) throw error;
        this.#log.warn(
          { err: error },
          "a statement had no effect, as the schema or another transaction was in its way",
        );
        if (tries === TRIES || performance.now() - started > TRY_AGAIN_MS)
          throw new ConnectionLost("the statement had no effect each time", { cause: error });
      }
    }
  }

  async #once<Result>(
    work: (session: Session) => Promise<Result>,
    mayReadLogin = true,
    since = performance.now(),
  ): Promise<Result> {
    this.#pool ??= this.#open();
    const opened = this.#pool;
    const pool = await opened.catch((error: unknown) => {
      this.#retire(opened);
      throw asLoss(error);
    });
    if (pool.waitingCount >= MAX_WAITING)
      throw unavailable(new Error(`${MAX_WAITING} statements wait for a connection already`));
    let client: pg.PoolClient | undefined;
    try {
      client = await this.#connect(pool);
    } catch (error) {
      // The pool has dropped this connection; its others are usable, also when the password was rotated since. Replacing the
      // pool would overload a server that is slow to accept connections. The next connection reads the login again, and as
      // nothing was sent yet, the work begins once more, unknown to whoever asked for it.
      if (mayReadLogin && isLoginRefused(error)) return this.#once(work, false, since);
      throw asLoss(error);
    }
    if (!client) {
      if (performance.now() - since < CONNECT_TIMEOUT_MS) return this.#once(work, mayReadLogin, since);
      throw new ConnectionLost("the pool of connections was replaced meanwhile");
    }
    const generation = this.#generation;
    try {
      return await using(client, work, generation);
    } catch (error) {
      if (error instanceof ConnectionLost) this.#retire(opened, pool);
      else if (error instanceof NotExecuted && error.stale && generation === this.#generation) {
        // What the other connections have prepared is as old.
        this.#generation += 1;
        this.#retire(opened, pool);
      }
      throw error;
    }
  }

  /** Resolves to nothing when the pool was replaced while this waited. */
  #connect(pool: pg.Pool): Promise<pg.PoolClient | undefined> {
    return new Promise((resolve, reject) => {
      const onReplaced = () => resolve(undefined);
      this.#waiting.add(onReplaced);
      pool.connect().then(
        (client) => {
          // Otherwise nobody waits for it any more.
          if (this.#waiting.delete(onReplaced)) resolve(client);
          else client.release(true);
        },
        (error: unknown) => {
          this.#waiting.delete(onReplaced);
          reject(error);
        },
      );
    });
  }

  async #open(): Promise<pg.Pool> {
    const pool = new pg.Pool({
      Client: await clientOfLogin(this.#environment),
      max: this.#environment.DATABASE_POOL_SIZE,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + 100,
      idleTimeoutMillis: 30_000,
      // Statements that don't wait for each other's answers go together, such as BEGIN and the next.
      pipeline: true,
      keepAlive: true,
      keepAliveInitialDelayMillis: 2000,
      application_name: this.#environment.SERVICE,
    });
    const onLost = (error: Error) => this.#log.info({ err: error }, "database connection ended");
    pool.on("error", onLost);
    // A connection in use reports its end both to its statement and as an event, which must not be unhandled.
    pool.on("connect", (client) => client.on("error", onLost));
    return pool;
  }

  #retire(opened: Promise<pg.Pool>, pool?: pg.Pool): void {
    if (this.#pool !== opened) return;
    this.#pool = undefined;
    // A pool that is being ended lets them wait for nothing.
    for (const onReplaced of this.#waiting) onReplaced();
    this.#waiting.clear();
    pool?.end().catch((error: unknown) => this.#log.info({ err: error }, "could not end old connections"));
  }
}

/** For `catch`: a lost connection, or a full disk, as the client is to read it; other errors as they are. */
function orUnavailable(error: unknown): never {
  throw error instanceof ConnectionLost || isOutOfResources(error) ? unavailable(error) : error;
}

function unavailable(cause: unknown): ProblemError {
  const detail =
    "The data cannot be stored or read right now. Try again shortly; with the same Idempotency-Key this is safe.";
  // Any other pod would hear the same of a server that lacks space: trying again there takes time and fills its log.
  const later: Record<string, string> = isOutOfResources(cause) ? { [RETRY_LATER_HEADER]: "1" } : {};
  return new ProblemError(503, detail, { headers: { "retry-after": "1", ...later }, cause });
}
