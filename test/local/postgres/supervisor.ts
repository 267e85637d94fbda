import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { InstanceOptions } from "../../../local/postgres/index.ts";
import { until } from "./fixture.ts";
import type { Command, Report } from "./supervisor-main.ts";

type State = Extract<Report, { kind: "state" }>;

/** A supervisor in a child process; see `supervisor-main.ts`. */
export class Supervisor {
  readonly problems: string[] = [];
  state: State | undefined;
  #ready = false;
  #failure: string | undefined;
  readonly #child: ChildProcess;

  constructor(options: InstanceOptions) {
    const main = fileURLToPath(new URL("supervisor-main.ts", import.meta.url));
    this.#child = fork(main, [JSON.stringify(options)], { execArgv: [] });
    this.#child.on("message", (report: Report) => this.#hear(report));
    this.#child.once("exit", () => {
      this.state = undefined;
    });
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Resolves when the database takes connections. */
  async ready(): Promise<void> {
    await until("the supervisor is ready", 60_000, () => this.#ready || this.ended);
    if (!this.#ready) throw new Error(this.#failure ?? "the supervisor ended");
  }

  send(command: Command): void {
    if (this.#child.connected) this.#child.send(command);
  }

  async kill(): Promise<void> {
    if (this.ended) return;
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }

  async stop(): Promise<void> {
    if (this.ended) return;
    const exit = once(this.#child, "exit");
    this.send({ do: "stop" });
    await exit;
  }

  #hear(report: Report): void {
    if (report.kind === "state") this.state = report;
    else if (report.kind === "problem") this.problems.push(report.text);
    else if (report.kind === "ready") this.#ready = true;
    else this.#failure = report.message;
  }
}
