import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Outputs } from "../../config/index.ts";
import type { RunFile } from "../../local/state.ts";
import { Status } from "../../local/status.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const entry = join(root, "bin/trizone.cjs");

/** A model of random weights, which loads at once. */
const TINY_MODELS = join(root, "test/services/news/models");

/** A platform under test: real processes, in a state folder of its own. */
export class TestPlatform {
  readonly state: string;
  #process: ChildProcess | undefined;
  #args: string[] = [];
  #log = "";

  constructor(state = mkdtempSync(join(tmpdir(), "trizone-test-"))) {
    this.state = state;
  }

  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, TRIZONE_STATE: this.state, TRIZONE_MODELS: TINY_MODELS };
  }

  get outputs(): Outputs {
    return Outputs.parse(JSON.parse(readFileSync(join(this.state, "outputs.json"), "utf8")));
  }

  get run(): RunFile {
    return JSON.parse(readFileSync(join(this.state, "run.json"), "utf8"));
  }

  get pid(): number {
    if (!this.#process?.pid) throw new Error("the platform was not started");
    return this.#process.pid;
  }

  /** What it printed. */
  get log(): string {
    return this.#log;
  }

  /**
   * Starts `trizone up` and resolves, with the milliseconds it took, when all is ready. It is started again as it was
   * before, unless it is given other arguments.
   */
  async up(args?: string[], timeoutMs = 120_000): Promise<number> {
    const begun = Date.now();
    this.#args = args ?? this.#args;
    const child = spawn(process.execPath, [entry, "up", "--port", "0", "--no-autoscale", ...this.#args], {
      env: this.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (this.#log += chunk));
    while (!existsSync(join(this.state, "outputs.json"))) {
      if (child.exitCode !== null)
        throw new Error(`the platform ended with ${child.exitCode}:\n${this.#log}`);
      if (Date.now() - begun > timeoutMs) throw new Error(`not ready after ${timeoutMs} ms:\n${this.#log}`);
      await sleep(50);
    }
    return Date.now() - begun;
  }

  /** Sends Ctrl-C's signal and resolves with the exit status. */
  async interrupt(): Promise<number | null> {
    const child = this.#process;
    if (!child || child.exitCode !== null) return child?.exitCode ?? null;
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    return code as number | null;
  }

  /** Resolves when it has printed something that matches. */
  async printed(what: RegExp): Promise<void> {
    const child = this.#process;
    if (!child?.stdout || !child.stderr) throw new Error("the platform was not started");
    while (!what.test(this.#log))
      await Promise.race([once(child.stdout, "data"), once(child.stderr, "data")]);
  }

  /** The pids of every process of the platform: what names its state folder, and what that started. */
  async pids(): Promise<number[]> {
    const { stdout } = await promisify(execFile)("ps", ["-eo", "pid=,ppid=,stat=,args=", "ww"]);
    const found = new Set<number>();
    for (const line of stdout.split("\n")) {
      const [, pid, parent, state, args] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      if (!pid || state?.startsWith("Z")) continue;
      if (args?.includes(this.state) || found.has(Number(parent)) || Number(pid) === this.#process?.pid)
        found.add(Number(pid));
    }
    return [...found];
  }

  /** Which processes outlive the platform; those that are ending get a moment. */
  async leftovers(): Promise<number[]> {
    const end = Date.now() + 3000;
    let left = await this.pids();
    while (left.length > 0 && Date.now() < end) {
      await sleep(50);
      left = await this.pids();
    }
    return left;
  }

  /** kill -9 of every process at once; a power cut. */
  async powerCut(): Promise<void> {
    const child = this.#process;
    const pids = await this.pids();
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    }
    if (child && child.exitCode === null && child.signalCode === null) await once(child, "exit");
    rmSync(join(this.state, "outputs.json"), { force: true });
  }

  /** Runs the command on this platform; rejects with `stderr` set when it exits other than 0. */
  async trizone(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [entry, ...args], {
      env: this.environment,
      cwd: root,
    });
    return stdout.trim();
  }

  /** An access token; by default of a user whom nobody else here is: the commands of the pages act as `demo`. */
  token(user = "bob"): Promise<string> {
    return this.trizone("token", "--user", user);
  }

  /** What `trizone status` prints, without a process for each look. */
  async status(): Promise<Status> {
    const { control, token } = this.run;
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${control}/status`, { headers, signal: AbortSignal.timeout(10_000) });
    return Status.parse(await response.json());
  }

  /** Resolves when `done` holds of the status; throws after `timeoutMs` with the last one. */
  async until(done: (status: Status) => boolean, timeoutMs = 30_000): Promise<Status> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const status = await this.status();
      if (done(status)) return status;
      if (Date.now() > end)
        throw new Error(`not so after ${timeoutMs} ms: ${JSON.stringify(status, null, 1)}`);
      await sleep(100);
    }
  }

  async dispose(): Promise<void> {
    await this.interrupt();
    rmSync(this.state, { recursive: true, force: true });
  }
}
