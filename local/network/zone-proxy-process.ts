import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Backoff } from "../backoff.ts";
import { writeDurably } from "../files.ts";
import type { FromProxy, NetworkFaults, ProxyReport, ProxySettings, ToProxy } from "./messages.ts";

/** After a run of 10 s a restart is quick again. */
const RESTARTS = { firstMs: 100, maxMs: 5000, resetAfterMs: 10_000 };
/** What `stop` waits beyond the grace period, in milliseconds. */
const STOP_SLACK_MS = 300;
const MAX_LOG_BYTES = 10 * 2 ** 20;

/** What the process says it has taken: a state, or the faults. */
type Taken = "applied" | "faulted";

type State = Omit<ToProxy & { type: "state" }, "type" | "version">;

interface Events {
  heartbeat: [report: ProxyReport];
  /** The process is gone; `expected` when it was killed on purpose. */
  gone: [reason: string, expected: boolean];
  applied: [version: number, problems: string[]];
}

/**
 * The process of one zone's proxy, as the supervisor runs it: started, restarted with back-off, sent the latest state.
 * One state at a time is under way to it, so that a proxy that reads nothing makes no queue grow.
 */
export class ZoneProxyProcess extends EventEmitter<Events> {
  readonly #program: string;
  readonly #settings: ProxySettings;
  readonly #log: string;
  #child: ChildProcess | undefined;
  #startedAt = 0;
  #restarts = 0;
  readonly #backoff = new Backoff(RESTARTS);
  #restartTimer: NodeJS.Timeout | undefined;
  #wanted = false;
  #state: State | undefined;
  #version = 0;
  #sent = 0;
  #applied = 0;
  #faults: NetworkFaults = { cut: [], impairments: {} };
  #faultsVersion = 0;
  #waiting: { type: Taken; version: number; resolve: () => void }[] = [];
  /** While the zone is cut off, what the control plane wants doesn't reach it. */
  reachable = true;

  constructor(program: string, settings: ProxySettings, logDirectory: string) {
    super();
    this.#program = program;
    this.#settings = settings;
    this.#log = join(logDirectory, `proxy-${settings.zone}.log`);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Whether the process has a state to serve by. */
  get serving(): boolean {
    return this.#child !== undefined && this.#applied > 0;
  }

  start(): void {
    if (this.#wanted && this.#child) return;
    this.#wanted = true;
    clearTimeout(this.#restartTimer);
    this.#spawn();
  }

  /** SIGKILL, and no restart until `start`. */
  kill(): void {
    this.#wanted = false;
    clearTimeout(this.#restartTimer);
    this.signal("SIGKILL");
  }

  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    this.#child?.kill(signal);
  }

  /** Asks it to finish what is under way; SIGKILL when that takes longer than `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#restartTimer);
    const child = this.#child;
    if (!child) return;
    const exit = once(child, "exit");
    const timer = setTimeout(() => child.kill("SIGKILL"), graceMs + STOP_SLACK_MS);
    this.#send({ type: "stop", graceMs });
    await exit;
    clearTimeout(timer);
  }

  /** Makes `state` the proxy's state as soon as it can take it; only the latest one counts. */
  push(state: State): number {
    this.#state = state;
    this.#version += 1;
    this.sync();
    return this.#version;
  }

  /** Resolves when the process has taken a version, or is gone. */
  taken(version: number): Promise<void> {
    return this.#applied >= version ? Promise.resolve() : this.#wait("applied", version);
  }

  /** Gives the process the faults between zones; resolves when it has them, or is gone. */
  fault(faults: NetworkFaults): Promise<void> {
    this.#faults = faults;
    this.#faultsVersion += 1;
    if (!this.#child) return Promise.resolve();
    this.#send({ type: "faults", version: this.#faultsVersion, faults });
    return this.#wait("faulted", this.#faultsVersion);
  }

  /** Sends the latest state unless one is under way. */
  sync(): void {
    const waiting = this.#sent > this.#applied;
    if (!this.#state || !this.reachable || waiting || this.#applied === this.#version) return;
    this.#sent = this.#version;
    this.#send({ type: "state", version: this.#version, ...this.#state });
  }

  #send(message: ToProxy): void {
    // A child that is gone is noticed by "exit".
    if (this.#child?.connected) this.#child.send(message, () => undefined);
  }

  #spawn(): void {
    const log = openLog(this.#log);
    const child = spawn(
      process.execPath,
      ["--max-semi-space-size=4", this.#program, JSON.stringify(this.#settings)],
      {
        stdio: ["ignore", log, log, "ipc"],
        // Ctrl-C in a terminal reaches the supervisor only.
        detached: true,
        env: {},
      },
    );
    if (log !== "ignore") closeSync(log);
    this.#child = child;
    this.#startedAt = performance.now();
    this.#sent = 0;
    this.#applied = 0;
    child.on("message", (message) => this.#receive(child, message as FromProxy));
    child.once("error", (error) => this.#gone(child, error.message));
    child.once("exit", (code, signal) => this.#gone(child, signal ?? `exit status ${code}`));
    this.#send({ type: "faults", version: this.#faultsVersion, faults: this.#faults });
    this.sync();
  }

  #receive(child: ChildProcess, message: FromProxy): void {
    if (child !== this.#child) return;
    if (message.type === "heartbeat") {
      this.emit("heartbeat", message);
      return;
    }
    this.#release(message.type, message.version);
    if (message.type === "faulted") return;
    this.#applied = message.version;
    this.emit("applied", message.version, message.problems);
    this.sync();
  }

  #gone(child: ChildProcess, reason: string): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    this.#release("applied", Number.POSITIVE_INFINITY);
    this.#release("faulted", Number.POSITIVE_INFINITY);
    if (this.#wanted) this.#restartLater();
    this.emit("gone", reason, !this.#wanted);
  }

  #wait(type: Taken, version: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ type, version, resolve }));
  }

  #release(type: Taken, version: number): void {
    const isTaken = (one: { type: Taken; version: number }) => one.type === type && one.version <= version;
    for (const one of this.#waiting) if (isTaken(one)) one.resolve();
    this.#waiting = this.#waiting.filter((one) => !isTaken(one));
  }

  #restartLater(): void {
    this.#restarts += 1;
    const delay = this.#backoff.next(performance.now() - this.#startedAt);
    this.#restartTimer = setTimeout(() => this.#spawn(), delay);
  }
}

/** Bundles the proxy's program into `directory`: one small file starts in a third of the time that the sources take. */
export async function bundleProxy(directory: string): Promise<string> {
  // Loaded late, since only a run needs it and it takes a while.
  const { build, stop } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("zone-proxy/main.ts", import.meta.url))],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    write: false,
  });
  // Its process would live as long as this one.
  await stop();
  const program = outputFiles[0];
  if (!program) throw new Error("esbuild made no file of local/network/zone-proxy/main.ts");
  mkdirSync(directory, { recursive: true });
  const file = join(directory, "zone-proxy.mjs");
  await writeDurably(file, program.text);
  return file;
}

/** Each start appends to the log; one that is too long is emptied first. On a full disk a zone goes on without a log. */
function openLog(file: string): number | "ignore" {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  try {
    return openSync(file, size > MAX_LOG_BYTES ? "w" : "a");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") return "ignore";
    throw error;
  }
}
