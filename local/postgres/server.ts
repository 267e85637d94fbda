import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasSpace } from "../disk-space.ts";
import { givePortsBack, takePort } from "../free-ports.ts";
import { identify } from "../processes.ts";
import { codeOf, DatabaseError, explainFailure } from "./errors.ts";
import { type Tools, versionOfData, writeOwned } from "./folders.ts";
import { fenceServer, serverName, signal, signalServer } from "./processes.ts";
import type { RecordStore } from "./record.ts";
import { configuration } from "./settings.ts";
import { eventually } from "./within.ts";

/** Crash recovery replays at most `max_wal_size`; this is far beyond it on a slow disk. */
const START_LIMIT = 60_000;
/** RDS, too, gives a shutdown some seconds and then pulls the plug. */
const STOP_LIMIT = 8000;
/** Bytes. One log before the current one is kept, so they hold about twice as much. */
const LOG_LIMIT = 8 * 1024 * 1024;

export interface ServerOptions extends Tools {
  /** Real path of the data folder. */
  folder: string;
  logFile: string;
}

/** The PostgreSQL server of a data folder, as a process. Emits `exit` when its postmaster has ended. */
export class PostgresServer extends EventEmitter<{ exit: [] }> {
  readonly #options: ServerOptions;
  readonly #record: RecordStore;
  #process: ChildProcess | undefined;
  #port = 0;

  constructor(options: ServerOptions, record: RecordStore) {
    super();
    this.#options = options;
    this.#record = record;
  }

  get running(): boolean {
    return this.#process !== undefined;
  }

  /** Where it listens on 127.0.0.1 since its last start. */
  get port(): number {
    return this.#port;
  }

  /** Whether its disk has the space that a start needs. */
  hasSpace(): Promise<boolean> {
    return hasSpace(this.#options.folder);
  }

  /**
   * Ends what runs on the folder, starts the server in `zone` and resolves when it takes connections. Gives up when
   * `wanted` says no meanwhile. Throws a DatabaseError with the reason; nothing runs then.
   */
  async start(zone: string, wanted: () => boolean): Promise<void> {
    const { folder, logFile } = this.#options;
    await this.fence();
    await this.#configure();
    await startNewLog(logFile);
    const from = await sizeOf(logFile);
    const state = async () => (this.running && wanted() ? stateOf(folder) : "ended");
    try {
      await this.#spawn();
      await eventually(START_LIMIT, 20, async () => ["ready", "ended"].includes(await state()));
      if ((await state()) === "ready") return;
    } catch (error) {
      await this.fence();
      throw error;
    }
    const givenUp = !wanted();
    await this.fence();
    if (givenUp)
      throw new DatabaseError(`The start of PostgreSQL in zone ${zone} was given up: the zone was lost.`);
    const log = (await readFile(logFile)).subarray(from).toString("utf8");
    throw explainFailure(log, { ...this.#options, zone, port: this.#port, seconds: START_LIMIT / 1000 });
  }

  /** Fast shutdown: sessions end; after 8 s without a checkpoint, then by force. */
  async stop(): Promise<void> {
    const pid = this.#process?.pid;
    if (pid !== undefined) {
      this.thaw();
      signal(pid, "SIGINT");
      await eventually(STOP_LIMIT, 20, async () => !this.running);
    }
    await this.fence();
  }

  /** Makes sure that no process works on the folder, whatever state it is in, and removes its lock file then. */
  async fence(): Promise<void> {
    const { folder } = this.#options;
    await fenceServer(folder, this.#record.current.postmaster);
    await eventually(1000, 5, async () => !this.running);
    // Its number may be another process's by now, which PostgreSQL would take for a postmaster.
    await rm(join(folder, "postmaster.pid"), { force: true });
  }

  /** Ends it at once, as a loss of power does; `fence` must still make certain. */
  kill(): void {
    signalServer(this.#options.folder, "SIGKILL");
  }

  freeze(): void {
    // Once more after the postmaster stands still: it may have forked between the listing and its signal.
    for (let round = 0; round < 2; round += 1) signalServer(this.#options.folder, "SIGSTOP");
  }

  thaw(): void {
    signalServer(this.#options.folder, "SIGCONT");
  }

  async #configure(): Promise<void> {
    const { folder, account } = this.#options;
    if ((await versionOfData(folder)) === undefined) {
      throw new DatabaseError(
        `The database's folder ${folder} is missing or holds no database. ` +
          "Restore the folder, or drop the data with `npm start -- --fresh`.",
      );
    }
    // A new one each time: connections to the old one are ended when the address changes.
    const before = this.#port;
    this.#port = await takePort();
    givePortsBack([before]);
    const text = configuration(this.#port, serverName(folder));
    await writeOwned(join(folder, "postgresql.conf"), text, account);
  }

  async #spawn(): Promise<void> {
    const { account, binaries, folder, logFile } = this.#options;
    const [program, ...args] = [...account.prefix, binaries.postgres, "-D", folder];
    const log = await open(logFile, "a", 0o600);
    try {
      // A session of its own: Ctrl-C in the terminal reaches the supervisor, which then stops it in order.
      const child = spawn(program as string, args, {
        cwd: folder,
        detached: true,
        stdio: ["ignore", log.fd, log.fd],
        env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
      });
      child.once("exit", () => {
        if (this.#process !== child) return;
        this.#process = undefined;
        this.emit("exit");
      });
      this.#process = child;
      await once(child, "spawn").catch((error: unknown) => {
        this.#process = undefined;
        throw error;
      });
      await this.#record.update({ postmaster: child.pid ? identify(child.pid) : undefined });
    } finally {
      await log.close();
    }
  }
}

/** What the postmaster says of itself in the eighth line of its lock file: `starting`, `ready`, `stopping`. */
async function stateOf(folder: string): Promise<string> {
  const text = await readFile(join(folder, "postmaster.pid"), "utf8").catch(absentAs(""));
  return text.split("\n")[7]?.trim() ?? "";
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(({ size }) => size, absentAs(0));
}

async function startNewLog(file: string): Promise<void> {
  if ((await sizeOf(file)) > LOG_LIMIT) await rename(file, `${file}.1`);
}

function absentAs<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (codeOf(error) === "ENOENT") return value;
    throw error;
  };
}
