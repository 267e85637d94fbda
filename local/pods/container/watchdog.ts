import { type ChildProcess, spawn } from "node:child_process";
import { Backoff } from "../../backoff.ts";

// Every line is the list of process groups that live now; the end of the input means that the supervisor died.
const script =
  'alive=""; while read -r line; do alive=$line; done; for one in $alive; do kill -KILL "-$one"; done';

/**
 * Ends every pod when the supervisor dies, even by SIGKILL: a small shell that holds a pipe from it and kills the
 * process groups last written to it. From outside the pods, so that a frozen or busy one ends too, whatever it runs.
 */
export class Watchdog {
  readonly #groups = new Set<number>();
  #shell: ChildProcess | undefined;
  #closed = false;
  #startedAt = 0;
  readonly #backoff = new Backoff({ firstMs: 500, maxMs: 5000, resetAfterMs: 1000, firstAtOnce: true });
  readonly #warn: (problem: Error) => void;

  /** @param warn gets the reason when the shell can't be started */
  constructor(warn: (problem: Error) => void) {
    this.#warn = warn;
  }

  /** The shell's, once there is a group. */
  get pid(): number | undefined {
    return this.#shell?.pid;
  }

  /** The next line of code may let the group's process run: the write has happened when this returns. */
  add(group: number): void {
    this.#groups.add(group);
    this.#shell ??= this.#start();
    this.#report();
  }

  remove(group: number): void {
    this.#groups.delete(group);
    this.#report();
  }

  /** Ends the shell. What is still alive is killed. */
  close(): void {
    this.#closed = true;
    this.#shell?.stdin?.end();
  }

  #start(): ChildProcess {
    const shell = spawn("/bin/sh", ["-c", script], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      env: {},
    });
    this.#startedAt = Date.now();
    // A shell that somebody killed breaks the pipe; its exit is what counts.
    shell.stdin.on("error", () => shell.kill("SIGKILL"));
    shell.once("error", (cause) => {
      const what = `pods would outlive the supervisor: /bin/sh could not be started (${cause.message}); trying again`;
      this.#warn(new Error(what, { cause }));
      this.#startAgain();
    });
    shell.once("exit", () => this.#startAgain());
    shell.unref();
    return shell;
  }

  #startAgain(): void {
    const wait = this.#backoff.next(Date.now() - this.#startedAt);
    setTimeout(() => {
      if (this.#closed) return;
      this.#shell = this.#start();
      this.#report();
    }, wait).unref();
  }

  #report(): void {
    if (this.#closed || !this.#shell?.stdin?.writable) return;
    this.#shell.stdin.write(`${[...this.#groups].join(" ")}\n`);
  }
}
