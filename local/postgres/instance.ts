import { EventEmitter } from "node:events";
import type { Server } from "node:net";
import pg from "pg";
import { Controller, type State } from "./controller.ts";
import { DatabaseError, messageOf } from "./errors.ts";
import { openFolder } from "./open.ts";
import type { InstanceOptions } from "./options.ts";
import type { RecordStore } from "./record.ts";
import type { PostgresServer } from "./server.ts";
import { type AdminLogin, withSession } from "./session.ts";
import { Zones } from "./zones.ts";

const LIMIT = 15_000;

/**
 * Creates what an RDS instance comes with, unless it is there: the initial database and the master user, which may
 * create roles and databases and read statistics but is no superuser. Its password becomes the declared one.
 */
async function ensureDatabase(
  login: AdminLogin,
  { database, master }: Pick<InstanceOptions, "database" | "master">,
): Promise<void> {
  const user = pg.escapeIdentifier(master.username);
  try {
    await withSession(login, async (session) => {
      const roles = await session.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [master.username]);
      if (roles.length === 0) {
        await session.query(`CREATE ROLE ${user} LOGIN CREATEDB CREATEROLE`);
        await session.query(`GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO ${user}`);
      }
      await session.query(`ALTER ROLE ${user} PASSWORD ${pg.escapeLiteral(master.password)}`);
      const databases = await session.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
      if (databases.length > 0) return;
      await session.query(`CREATE DATABASE ${pg.escapeIdentifier(database)} OWNER ${user}`, [], LIMIT);
    });
  } catch (error) {
    throw new DatabaseError(
      `The database ${database} or its master user ${master.username} could not be set up: ${messageOf(error)}. ` +
        "Choose other names in the program.",
    );
  }
}

/** The server while it takes connections; `address` is `host:port`. */
export interface Primary {
  zone: string;
  address: string;
}

export interface InstanceStatus {
  /** Zone in which the server runs, or did last. */
  primaryZone: string;
  /** The zone that would take over now; none without Multi-AZ and while no other zone is available. */
  standbyZone: string | undefined;
  state: State;
  /** Why it is not available, and what would help. */
  reason: string | undefined;
  /** How often it has moved to another zone. */
  failovers: number;
}

/**
 * An RDS instance on one machine. Its storage is one data folder, which stands for the storage that RDS replicates
 * between zones; the server on it runs in one zone. With `multiAz`, when that zone is lost, the server is ended for
 * certain and started in another zone after a delay; no acknowledged commit is lost by it. Afterwards it stays there.
 * Without `multiAz` it waits for its zone to heal.
 * Left out: the loss of the storage itself, TLS, backups and snapshots, minor upgrades, storage that grows, read
 * replicas, IAM authentication, and `rds_superuser` (the master user is an ordinary role that may create roles and
 * databases).
 *
 * `primary`: it takes connections in a zone; undefined while it takes none. `problem`: something a log should hold.
 */
export class DatabaseInstance extends EventEmitter<{ primary: [Primary | undefined]; problem: [string] }> {
  readonly #server: PostgresServer;
  readonly #record: RecordStore;
  readonly #claim: Server;
  readonly #zones: Zones;
  readonly #controller: Controller;
  #stopped: Promise<void> | undefined;

  private constructor(options: InstanceOptions, server: PostgresServer, record: RecordStore, claim: Server) {
    super();
    this.#server = server;
    this.#record = record;
    this.#claim = claim;
    this.#zones = new Zones(options.zones);
    this.#controller = new Controller({
      options,
      server,
      record,
      zones: this.#zones,
      onChange: () => this.emit("primary", this.primary()),
      onProblem: (text) => this.emit("problem", text),
    });
  }

  /**
   * Starts the instance of a folder, or creates it there. Resolves when it takes connections.
   * Throws a DatabaseError that says what to do; nothing is left running then.
   */
  static async start(options: InstanceOptions): Promise<DatabaseInstance> {
    const { server, record, claim } = await openFolder(options);
    const instance = new DatabaseInstance(options, server, record, claim);
    try {
      await instance.#controller.startServer();
      await ensureDatabase({ port: server.port, password: record.current.adminPassword }, options);
      instance.#controller.run();
    } catch (error) {
      await instance.stop();
      throw error;
    }
    return instance;
  }

  /** Where it takes connections now. */
  primary(): Primary | undefined {
    if (this.#controller.state !== "available") return undefined;
    return { zone: this.#record.current.zone, address: `127.0.0.1:${this.#server.port}` };
  }

  status(): InstanceStatus {
    const { zone, failovers } = this.#record.current;
    const { state, reason } = this.#controller;
    return { primaryZone: zone, standbyZone: this.#controller.standbyZone(), state, reason, failovers };
  }

  /** Loses a zone: a server in it is gone at once and none is started there before `heal`. */
  kill(zone: string): void {
    this.#zones.set(zone, "killed", true);
    if (this.#isIn(zone)) this.#server.kill();
    this.#controller.wake();
  }

  /** Stops a server in the zone where it stands; it takes connections but answers nothing. */
  freeze(zone: string): void {
    this.#zones.set(zone, "frozen", true);
    if (this.#isIn(zone)) this.#server.freeze();
  }

  /** Cuts a zone off from the supervisor; the network does it to the rest. What is inside still reaches each other. */
  cut(zone: string, cut: boolean): void {
    this.#zones.set(zone, "cut", cut);
    if (!cut) this.#controller.wake();
  }

  /** Ends every fault of a zone. A server that was frozen in it goes on; one that has moved away stays where it is. */
  heal(zone: string): void {
    this.#zones.heal(zone);
    if (this.#isIn(zone)) this.#server.thaw();
    this.#controller.retry();
  }

  /**
   * Moves the server to another zone, though nothing is wrong with it. Returns at once; `primary` says when it is there.
   * Throws a DatabaseError where it isn't available, or no other zone may take it.
   */
  failOver(): void {
    this.#controller.failOver();
  }

  /** Stops the server in order: at most 12 s. All acknowledged commits are there at the next start. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  #isIn(zone: string): boolean {
    return this.#record.current.zone === zone;
  }

  async #stop(): Promise<void> {
    await this.#controller.stop();
    await this.#server.stop();
    await new Promise((resolve) => this.#claim.close(resolve));
  }
}
