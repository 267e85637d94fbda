import { join } from "node:path";
import { DamagedDataError } from "./errors.ts";
import type { Tools } from "./folders.ts";
import { versionOfData, writeOwned } from "./folders.ts";
import type { Instance } from "./instance.ts";
import type { ReplicationLink } from "./link.ts";
import type { PostgresOptions } from "./options.ts";
import { serverName } from "./processes.ts";
import type { RecordStore } from "./record.ts";
import { ADMINISTRATOR, type Door } from "./session.ts";
import { configuration, usableParameters } from "./settings.ts";

/** In a standby's data folder: what it authenticates with at the primary. */
const PASSWORD_FILE = "replication.password";

/** What is wrong with a zone; nothing of it outlives the supervisor. */
export interface Fault {
  killed: boolean;
  frozen: boolean;
  cut: boolean;
}

/** The parts of one cluster, and what is known of them. */
export class Site {
  readonly options: PostgresOptions;
  readonly tools: Tools;
  readonly store: RecordStore;
  readonly link: ReplicationLink;
  readonly #instances: Map<string, Instance>;
  readonly #faults: Map<string, Fault>;
  /** Where the standby belongs when none is recorded: where it was, or where the last primary was. */
  standbyZone: string | undefined;
  /** Do the primary's commits wait for the standby (as it is configured now)? */
  waiting = false;

  constructor(
    options: PostgresOptions,
    tools: Tools,
    store: RecordStore,
    link: ReplicationLink,
    instances: Instance[],
  ) {
    this.options = options;
    this.tools = tools;
    this.store = store;
    this.link = link;
    this.#instances = new Map(instances.map((instance) => [instance.zone, instance]));
    this.#faults = new Map(
      instances.map(({ zone }) => [zone, { killed: false, frozen: false, cut: false }] as const),
    );
  }

  get instances(): Instance[] {
    return [...this.#instances.values()];
  }

  instance(zone: string): Instance {
    return known(this.#instances, zone);
  }

  fault(zone: string): Fault {
    return known(this.#faults, zone);
  }

  /** The instance that the record names as primary. */
  get primary(): Instance {
    return this.instance(this.store.current.primary);
  }

  available(zone: string): boolean {
    const { killed, frozen, cut } = this.fault(zone);
    return !killed && !frozen && !cut;
  }

  door(zone: string, database?: string): Door {
    return { port: this.instance(zone).port, password: this.store.current.adminPassword, database };
  }

  /** Leads the replication link to the primary, and severs it while either end is cut off. */
  updateLink(): void {
    const { primary, standby } = this.store.current;
    const ends = [primary, standby?.zone ?? this.standbyZone];
    this.link.lead(this.primary.port);
    this.link.sever(ends.some((zone) => zone !== undefined && this.fault(zone).cut));
  }

  /** Does to an instance that just started what was done to its zone meanwhile. */
  async enactFault(zone: string): Promise<void> {
    const { killed, frozen } = this.fault(zone);
    if (killed) await this.instance(zone).fence();
    else if (frozen) this.instance(zone).freeze();
  }

  /** Writes an instance's `postgresql.conf`; it holds from the next start or reload. */
  async configure(zone: string, role: { waitFor: string } | "standby"): Promise<void> {
    const { folder, port } = this.instance(zone);
    if ((await versionOfData(folder)) === undefined) {
      throw new DamagedDataError(
        `${folder} holds no database. Restore the folder, or drop the data with \`npm start -- --fresh\`.`,
      );
    }
    const text = configuration({
      port,
      serverName: serverName(folder),
      waitFor: role === "standby" ? "" : role.waitFor,
      source: role === "standby" ? this.#source(folder) : "",
      parameters: usableParameters(this.options.parameters ?? {}),
    });
    const password = `*:*:*:${ADMINISTRATOR}:${this.store.current.adminPassword}\n`;
    await writeOwned(join(folder, PASSWORD_FILE), password, this.tools.account);
    await writeOwned(join(folder, "postgresql.conf"), `${text}\n`, this.tools.account);
  }

  /** Relative paths are the data folder's. The password is not in here: PostgreSQL logs settings that change. */
  #source(folder: string): string {
    return [
      `host=127.0.0.1 port=${this.link.port} user=${ADMINISTRATOR} passfile=${PASSWORD_FILE}`,
      `application_name=${serverName(folder)} sslmode=disable connect_timeout=2`,
    ].join(" ");
  }
}

function known<T>(map: Map<string, T>, zone: string): T {
  const value = map.get(zone);
  if (value === undefined) {
    throw new Error(
      `The database has no instance in zone "${zone}". Its zones: ${[...map.keys()].join(", ")}.`,
    );
  }
  return value;
}
