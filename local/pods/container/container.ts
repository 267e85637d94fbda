import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import type { Writable } from "node:stream";
import type { Launch } from "./environment.ts";
import { giveWay } from "./give-way.ts";
import type { Watchdog } from "./watchdog.ts";

/** How a container ended, as a pod's status shows it. */
export interface Exit {
  /** `NodeLost` when its zone was killed, `OOMKilled` when it passed its memory limit. */
  reason: "Completed" | "Error" | "OOMKilled" | "Unhealthy" | "NodeLost" | "Deleted";
  /** 128 + the signal's number when a signal ended it. */
  code: number;
  signal?: NodeJS.Signals;
  at: Date;
}

// Waits for a line before it becomes the program: by then the watchdog knows the process. Without the line it ends.
const gate = 'read -r go <&3 && exec "$@" 3<&-';

/**
 * One process in a process group of its own, so that Ctrl-C reaches the supervisor only.
 * SIGTERM goes to the process, SIGKILL, SIGSTOP and SIGCONT to the group.
 */
export class Container {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  #ended = false;
  #cause: Exit["reason"] | undefined;

  private constructor(child: ChildProcess, pid: number, watchdog: Watchdog) {
    this.#child = child;
    this.pid = pid;
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        // What the process left behind ends with it, as in a container.
        this.#signalGroup("SIGKILL");
        this.#ended = true;
        watchdog.remove(pid);
        resolve(this.#exit(code, signal));
      });
    });
    watchdog.add(pid);
    this.#open();
  }

  /** Throws when the process can't be started. */
  static async start(launch: Launch, logFile: string, watchdog: Watchdog): Promise<Container> {
    const log = openSync(logFile, "a", 0o600);
    try {
      const child = spawn("/bin/sh", ["-c", gate, "sh", ...launch.argv], {
        cwd: launch.cwd,
        env: launch.env,
        detached: true,
        stdio: ["ignore", log, log, "pipe"],
      });
      if (child.pid !== undefined) {
        // Not waited for: an end of the process meanwhile would be missed.
        if (launch.givesWay) void giveWay(child.pid);
        return new Container(child, child.pid, watchdog);
      }
      throw await new Promise((resolve) => child.once("error", resolve));
    } finally {
      closeSync(log);
    }
  }

  freeze(): void {
    this.#signalGroup("SIGSTOP");
  }

  thaw(): void {
    this.#signalGroup("SIGCONT");
  }

  kill(cause: Exit["reason"]): void {
    this.#cause ??= cause;
    this.#signalGroup("SIGKILL");
  }

  /** SIGTERM, and SIGKILL when the grace period is over. */
  async terminate(graceMs: number, cause: Exit["reason"]): Promise<Exit> {
    if (!this.#ended) this.#child.kill("SIGTERM");
    this.#cause ??= cause;
    const timer = setTimeout(() => this.#signalGroup("SIGKILL"), graceMs);
    return this.exited.finally(() => clearTimeout(timer));
  }

  #open(): void {
    const pipe = this.#child.stdio[3] as Writable;
    // It breaks when the process was killed before it started; its exit is what counts.
    pipe.on("error", () => pipe.destroy());
    pipe.end("go\n");
  }

  #signalGroup(signal: NodeJS.Signals): void {
    if (this.#ended) return;
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      // ESRCH: the group is gone. EPERM: on macOS, only zombies are left in it.
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ESRCH" && code !== "EPERM") throw error;
    }
  }

  #exit(code: number | null, signal: NodeJS.Signals | null): Exit {
    const reason = this.#cause ?? (code === 0 ? "Completed" : "Error");
    const status = code ?? 128 + (signal ? constants.signals[signal] : 0);
    return { reason, code: status, ...(signal && { signal }), at: new Date() };
  }
}
