import { EventEmitter } from "node:events";
import type { Server } from "node:net";
import { Controller, type State } from "./controller.ts";
import { ensureDatabase } from "./database.ts";
import { DamagedDataError, DatabaseError } from "./errors.ts";
import { candidate, promote } from "./failover.ts";
import type { Replication } from "./keeper.ts";
import { openSite } from "./open.ts";
import type { PostgresOptions } from "./options.ts";
import { serverName } from "./processes.ts";
import type { Site } from "./site.ts";
import { eventually } from "./within.ts";

/** A standby that is not in sync after this long never will be. Milliseconds. */
const SYNC_LIMIT = 60_000;
const FAILOVER_LIMIT = 20_000;
/** What is under way when the cluster is stopped gets this long to end by itself. */
const SETTLE_LIMIT = 2000;

/** The instance that takes connections; `address` is `host:port`. */
export interface Primary {
  zone: string;
  address: string;
}

export interface PostgresStatus {
  primaryZone: string;
  standbyZone?: string;
  replication: Replication;
  state: State;
  /** Why it is not available, and what would help. */
  reason?: string;
  /** How far the standby is behind; undefined when it is not connected. */
  lagBytes?: number;
  /** Counts failovers, from 1. */
  epoch: number;
}

/**
 * RDS Multi-AZ on one machine: a PostgreSQL primary in one zone, a synchronous standby in another, failover when the
 * primary's zone is lost, and no acknowledged commit lost by it. Without `multiAz`: one instance.
 * Left out: TLS, backups and snapshots, minor upgrades, storage that grows, read replicas, IAM authentication,
 * a standby in a third zone while its own is down, and `rds_superuser` (the master user is an ordinary role that may
 * create roles and databases).
 *
 * `primary`: the primary changed; undefined while there is none. `problem`: something a log should hold.
 */
export class PostgresCluster extends EventEmitter<{ primary: [Primary | undefined]; problem: [string] }> {
  readonly #site: Site;
  readonly #claim: Server;
  readonly #controller: Controller;
  #primaryZone: string | undefined;
  #stopped: Promise<void> | undefined;

  private constructor(site: Site, claim: Server) {
    super();
    this.#site = site;
    this.#claim = claim;
    this.#controller = new Controller(site, {
      primary: (zone) => {
        this.#primaryZone = zone;
        this.emit("primary", this.primary());
      },
      problem: (text) => this.emit("problem", text),
    });
    for (const instance of site.instances) instance.on("exit", () => this.#controller.wake());
  }

  /**
   * Starts the cluster of a folder, or creates it there. Resolves when it takes connections and, with `multiAz`, its
   * standby is in sync. Throws a DatabaseError that says what to do; nothing is left running then.
   */
  static async start(options: PostgresOptions): Promise<PostgresCluster> {
    const { site, claim } = await openSite(options);
    const cluster = new PostgresCluster(site, claim);
    try {
      await cluster.#startPrimary();
      cluster.#controller.run();
      await cluster.#settle();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** The instance that takes connections now. */
  primary(): Primary | undefined {
    const zone = this.#primaryZone;
    return zone === undefined ? undefined : { zone, address: `127.0.0.1:${this.#site.instance(zone).port}` };
  }

  status(): PostgresStatus {
    const { primary, standby, epoch } = this.#site.store.current;
    const { state, reason, keeper } = this.#controller;
    return {
      primaryZone: primary,
      standbyZone: standby?.zone,
      replication: keeper.replication,
      state,
      reason,
      lagBytes: keeper.lagBytes,
      epoch,
    };
  }

  /** Loses a zone: its instance is gone at once and does not come back before `heal`. */
  async kill(zone: string): Promise<void> {
    this.#site.fault(zone).killed = true;
    await this.#site.instance(zone).fence();
    this.#controller.wake();
  }

  /** Stops a zone's instance where it stands; it takes connections but answers nothing. */
  async freeze(zone: string): Promise<void> {
    this.#site.fault(zone).frozen = true;
    this.#site.instance(zone).freeze();
  }

  /** Cuts a zone off from the other zones and from the supervisor. What is inside still reaches each other. */
  async cut(zone: string, cut: boolean): Promise<void> {
    this.#site.fault(zone).cut = cut;
    this.#site.updateLink();
    if (!cut) this.#controller.wake();
  }

  /** Ends every fault of a zone. Its instance comes back as what the cluster needs it to be. */
  async heal(zone: string): Promise<void> {
    Object.assign(this.#site.fault(zone), { killed: false, frozen: false, cut: false });
    this.#site.updateLink();
    this.#site.instance(zone).thaw();
    this.#controller.keeper.retry();
    this.#controller.wake();
  }

  /** RDS's RebootDBInstance with ForceFailover. Throws a DatabaseError when the standby can't take over. */
  async failover(): Promise<void> {
    const from = this.#site.store.current.epoch;
    const next = await candidate(this.#site);
    if ("reason" in next) {
      throw new DatabaseError(`No failover: ${next.reason}. Wait until replication is "sync" and try again.`);
    }
    this.#controller.requestFailover();
    const moved = () => this.#site.store.current.epoch > from && this.#controller.state === "available";
    if (await eventually(FAILOVER_LIMIT, 20, async () => moved())) return;
    throw new DatabaseError(
      `The failover to zone ${next.zone} did not end in ${FAILOVER_LIMIT / 1000} s: ${this.#controller.reason ?? "no reason known"}.`,
    );
  }

  /** Stops every instance in order: at most 12 s. All acknowledged commits are there at the next start. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** The master user's URL of the primary or the standby (which is read-only), for tests. */
  connectionString(role: "primary" | "standby" = "primary"): string {
    const { primary, standby } = this.#site.store.current;
    const zone = role === "primary" ? primary : standby?.zone;
    if (zone === undefined) throw new DatabaseError("There is no standby now. Wait until it is built.");
    const { master, database } = this.#site.options;
    const user = `${encodeURIComponent(master.username)}:${encodeURIComponent(master.password)}`;
    const address = `127.0.0.1:${this.#site.instance(zone).port}`;
    return `postgresql://${user}@${address}/${encodeURIComponent(database)}?sslmode=disable`;
  }

  async #startPrimary(): Promise<void> {
    const site = this.#site;
    const { primary, standby, epoch } = site.store.current;
    const waitFor = standby?.inSync ? serverName(site.instance(standby.zone).folder) : "";
    this.#controller.keeper.wakeStandby();
    try {
      await site.configure(primary, { waitFor });
      site.waiting = waitFor !== "";
      await site.primary.start("primary");
    } catch (error) {
      if (!(error instanceof DamagedDataError) || !standby?.inSync) throw error;
      this.emit("problem", error.message);
    }
    site.updateLink();
    if (!site.primary.running) return;
    await promote(site);
    await ensureDatabase(site);
    await site.store.update({ epoch: Math.max(1, epoch) });
  }

  async #settle(): Promise<void> {
    const { multiAz, waitForSync = true } = this.#site.options;
    const wanted = () => {
      const { state, replication } = this.status();
      return state === "available" && (!multiAz || !waitForSync || replication === "sync");
    };
    let last = "";
    const note = (text: string) => {
      last = text;
    };
    this.on("problem", note);
    const settled = await eventually(SYNC_LIMIT, 20, async () => wanted());
    this.off("problem", note);
    if (settled) return;
    throw new DatabaseError(
      `The database did not become ${multiAz ? "available with a standby in sync" : "available"} in ` +
        `${SYNC_LIMIT / 1000} s: ${last || "no reason known"}. Look into the logs in ${this.#site.options.logDirectory}.`,
    );
  }

  async #stop(): Promise<void> {
    const settled = this.#controller.stop();
    await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, SETTLE_LIMIT).unref())]);
    await Promise.all(this.#site.instances.map((instance) => instance.stop()));
    await settled;
    // The last decision may have started one.
    await Promise.all(this.#site.instances.map((instance) => instance.fence()));
    await this.#site.link.close();
    await new Promise((resolve) => this.#claim.close(resolve));
  }
}
