import pg from "pg";
import { within } from "./within.ts";

/** The bootstrap superuser, as RDS names it. */
export const ADMINISTRATOR = "rdsadmin";

/** How the supervisor connects: the server's port on 127.0.0.1 and the administrator's password. */
export interface AdminLogin {
  port: number;
  password: string;
}

/**
 * The supervisor's own connection to the server. Every query has a time limit; after an error of the connection
 * or a timeout the session is closed and can't be used again.
 */
export class Session {
  readonly #client: pg.Client;
  #open = true;

  private constructor(client: pg.Client) {
    this.#client = client;
    // Also emitted while no query runs; the next query then says that the session is closed.
    client.on("error", () => this.close());
    client.on("end", () => this.close());
  }

  static async open(login: AdminLogin, ms = 1000): Promise<Session> {
    const client = new pg.Client({
      host: "127.0.0.1",
      port: login.port,
      user: ADMINISTRATOR,
      password: login.password,
      database: "postgres",
      ssl: false,
      application_name: "trizone-supervisor",
    });
    const session = new Session(client);
    try {
      await within(ms, `connecting to PostgreSQL at port ${login.port}`, client.connect());
    } catch (error) {
      session.close();
      throw error;
    }
    return session;
  }

  get usable(): boolean {
    return this.#open;
  }

  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = [], ms = 1000): Promise<Row[]> {
    if (!this.#open) throw new Error("the connection to PostgreSQL was closed");
    try {
      return (await within(ms, "PostgreSQL", this.#client.query<Row>(sql, values))).rows;
    } catch (error) {
      // An answer with an SQLSTATE leaves the connection in order; a timeout leaves a query in it.
      if (!(error instanceof pg.DatabaseError)) this.close();
      throw error;
    }
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    // `end()` says goodbye but would wait for a server that may be frozen.
    void this.#client.end();
    this.#client.connection.stream.destroy();
  }
}

/** Opens a session for one piece of work. */
export async function withSession<T>(login: AdminLogin, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await Session.open(login);
  try {
    return await work(session);
  } finally {
    session.close();
  }
}
