import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { open, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { codeOf, type DatabaseError } from "./errors.ts";
import { freezeServer, killServer, signal, thawServer } from "./processes.ts";
import { explainFailure } from "./startup-failure.ts";
import { eventually } from "./within.ts";

/** Crash recovery replays at most `max_wal_size`; this is far beyond it on a slow disk. */
const START_LIMIT = 60_000;
/** RDS, too, gives a shutdown some seconds and then pulls the plug. */
const STOP_LIMIT = 8000;

/** Where an instance runs, and with what. */
export interface InstanceOptions {
  zone: string;
  /** Real path of the data folder. */
  folder: string;
  port: number;
  logFile: string;
  binaries: Binaries;
  account: Account;
}

/** The PostgreSQL server of one zone, as a process. Emits `exit` when its postmaster has ended. */
export class Instance extends EventEmitter<{ exit: [] }> {
  readonly zone: string;
  readonly folder: string;
  readonly port: number;
  readonly #options: InstanceOptions;
  #process: ChildProcess | undefined;

  constructor(options: InstanceOptions) {
    super();
    this.#options = options;
    this.zone = options.zone;
    this.folder = options.folder;
    this.port = options.port;
  }

  get running(): boolean {
    return this.#process !== undefined;
  }

  /**
   * Starts the server on its folder and resolves when it takes connections (`standby`: when it runs; it takes
   * connections once it has read enough of the log). Throws a DatabaseError with the reason; nothing runs then.
   */
  async start(role: "primary" | "standby"): Promise<void> {
    // Nothing of this folder runs (`killServer`), but its old process id may be somebody else's by now, and
    // PostgreSQL would take that one for another postmaster.
    await killServer(this.folder);
    await rm(join(this.folder, "postmaster.pid"), { force: true });
    const from = await this.#logSize();
    await this.#spawn();
    const accepted = role === "primary" ? ["ready"] : ["ready", "standby"];
    await eventually(START_LIMIT, 20, async () => !this.running || accepted.includes(await this.#state()));
    if (this.running && accepted.includes(await this.#state())) return;
    await this.fence();
    throw await this.#failure(from);
  }

  /** Fast shutdown: sessions end, the log is sent to the standby; after 8 s without a checkpoint, then by force. */
  async stop(): Promise<void> {
    const pid = this.#process?.pid;
    if (pid !== undefined) {
      thawServer(this.folder);
      signal(pid, "SIGINT");
      await eventually(STOP_LIMIT, 20, async () => !this.running);
      if (this.running) signal(pid, "SIGQUIT");
      await eventually(1000, 20, async () => !this.running);
    }
    await this.fence();
  }

  /** Makes sure that no process of this folder lives, whatever state it is in. */
  async fence(): Promise<void> {
    await killServer(this.folder);
    await eventually(1000, 5, async () => !this.running);
  }

  freeze(): void {
    freezeServer(this.folder);
  }

  thaw(): void {
    thawServer(this.folder);
  }

  async #spawn(): Promise<void> {
    const { account, binaries, logFile } = this.#options;
    const [program, ...args] = [...account.prefix, binaries.postgres, "-D", this.folder];
    const log = await open(logFile, "a", 0o600);
    try {
      // A session of its own: Ctrl-C in the terminal reaches the supervisor, which then stops it in order.
      const child = spawn(program as string, args, {
        cwd: this.folder,
        detached: true,
        stdio: ["ignore", log.fd, log.fd],
        env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
      });
      await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
      this.#process = child;
      const ended = () => {
        if (this.#process !== child) return;
        this.#process = undefined;
        this.emit("exit");
      };
      child.once("exit", ended);
      if (child.exitCode !== null || child.signalCode !== null) ended();
    } finally {
      await log.close();
    }
  }

  /** What the postmaster says of itself in the eighth line of its pid file: `starting`, `standby`, `ready`, `stopping`. */
  async #state(): Promise<string> {
    const text = await readFile(join(this.folder, "postmaster.pid"), "utf8").catch(absent);
    return text.split("\n")[7]?.trim() ?? "";
  }

  async #logSize(): Promise<number> {
    return stat(this.#options.logFile).then(
      (found) => found.size,
      (error: unknown) => absent(error).length,
    );
  }

  async #failure(from: number): Promise<DatabaseError> {
    const log = (await readFile(this.#options.logFile).catch((error: unknown) => Buffer.from(absent(error))))
      .subarray(from)
      .toString("utf8");
    return explainFailure(log, { ...this.#options, seconds: START_LIMIT / 1000 });
  }
}

/** An absent file reads as an empty one. */
function absent(error: unknown): string {
  if (codeOf(error) === "ENOENT") return "";
  throw error;
}
