import { setTimeout as sleep } from "node:timers/promises";
import { Backoff } from "../../backoff.ts";
import { processFile, processStat } from "../../processes.ts";
import { type PodTemplate, quantity } from "../spec/index.ts";
import type { PodFault, Zone } from "../zone.ts";
import type { Container, Exit } from "./container.ts";
import { check, type LocalPorts, Prober } from "./prober.ts";

/**
 * Bytes of memory that a process alone holds: what a container's memory limit counts and can't be reclaimed.
 * Undefined where there is no /proc (macOS) or no such process any more.
 */
function ownMemory(pid: number): number | undefined {
  const status = processFile(pid, "status") ?? "";
  const kibibytes = [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)].map(([, digits]) =>
    Number(digits),
  );
  return kibibytes.length === 0 ? undefined : kibibytes.reduce((sum, one) => sum + one, 0) * 1024;
}

/** What /proc counts in: USER_HZ, 100 on every platform (proc_pid_stat(5)). */
const ticksPerSecond = 100;

/** Seconds of CPU that a process has used so far. Undefined where there is no /proc (macOS) or no such process any more. */
export function cpuTime(pid: number): number | undefined {
  const fields = processStat(pid);
  // Fields 14 and 15: user and system time.
  return fields && (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

const tries = 4;
const timeoutMs = 2000;

/** What a pod can be asked for: to take its zone's faults, to heed that it is shifted away, to drain its long connections. */
export type Order = "fault" | "shift" | "drain";

/** Puts a fault on the pod with this admin port, or takes it away (null). */
const sendFault = (adminPort: number, fault: PodFault | null) =>
  fault ? order(adminPort, "PUT", "/chaos", { jitterMs: 0, ...fault }) : order(adminPort, "DELETE", "/chaos");

/** Tells the pod whether its zone is shifted away. */
const sendShift = (adminPort: number, away: boolean) =>
  order(adminPort, "PUT", "/zone-shift", { away }, isAbsent);

/** Has the pod ask the clients of its long connections to connect anew. */
const sendDrain = (adminPort: number) => order(adminPort, "POST", "/drain-connections", {}, isAbsent);

/** A pod without such a route has nothing to do. */
const isAbsent = (status: number) => status === 404;

/** Rejects when the pod refuses it or doesn't answer, tried a few times. */
async function order(
  adminPort: number,
  method: string,
  path: string,
  body?: object,
  isFine: (status: number) => boolean = () => false,
): Promise<void> {
  const backoff = new Backoff({ firstMs: 150, maxMs: 1000 });
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(`http://127.0.0.1:${adminPort}${path}`, {
        method,
        body: body ? JSON.stringify(body) : null,
        headers: { "content-type": "application/json", connection: "close" },
        signal: AbortSignal.timeout(timeoutMs),
      });
      const answer = await response.text();
      if (response.ok || isFine(response.status)) return;
      throw new Error(`${path} answered ${response.status}: ${answer.slice(0, 200)}`);
    } catch (cause) {
      if (attempt === tries) throw cause;
      await sleep(backoff.next());
    }
  }
}

// What kubelet leaves a process for SIGTERM when the preStop hook used up the grace period.
const leastGraceMs = 2000;

interface RunEvents {
  /** The fault that the pod has at this moment. */
  fault(): PodFault | null;
  ready(ready: boolean): void;
  /** Why a probe failed. */
  failed(why: string): void;
  /** Something failed that nobody waits for. */
  warn(problem: Error): void;
}

/** One run of a pod's container: its process with its probes, its zone's faults, its limits and its end. */
export class Run {
  readonly container: Container;
  /** The pod's grace period in milliseconds. */
  readonly graceMs: number;
  readonly #spec: PodTemplate["spec"];
  readonly #zone: Zone;
  readonly #ports: LocalPorts;
  readonly #events: RunEvents;
  readonly #prober: Prober;
  #started = false;
  #telling: Promise<void> = Promise.resolve();

  constructor(
    container: Container,
    spec: PodTemplate["spec"],
    zone: Zone,
    ports: LocalPorts,
    events: RunEvents,
  ) {
    this.container = container;
    this.graceMs = spec.terminationGracePeriodSeconds * 1000;
    this.#spec = spec;
    this.#zone = zone;
    this.#ports = ports;
    this.#events = events;
    this.#prober = this.#probe();
  }

  /** Resolves when the process has ended. */
  async ended(): Promise<Exit> {
    const exit = await this.container.exited;
    this.stopProbes();
    this.#started = false;
    return exit;
  }

  stopProbes(): void {
    this.#prober.stop();
  }

  /** preStop hook where `hooked`, then SIGTERM, then SIGKILL when the grace period is over. */
  async terminate(graceMs: number, cause: Exit["reason"], hooked: boolean): Promise<void> {
    this.stopProbes();
    const began = performance.now();
    const hook = hooked && this.#spec.containers[0].lifecycle?.preStop;
    if (hook) await sleep(Math.min(hook.sleep.seconds * 1000, graceMs));
    const left = graceMs - (performance.now() - began);
    await this.container.terminate(hook ? Math.max(leastGraceMs, left) : left, cause);
  }

  /** Has the process do what its zone is in for, if it has an admin port. Rejects when it won't. */
  tell(what: Order): Promise<void> {
    const send = async () => {
      const port = this.#ports.admin;
      if (!this.#started || port === undefined) return;
      if (what === "fault") await sendFault(port, this.#events.fault());
      else if (what === "shift") await sendShift(port, this.#zone.cordoned);
      else await sendDrain(port);
    };
    // One after the other, whatever became of the one before, so that the last one wins.
    this.#telling = this.#telling.then(send, send);
    return this.#telling;
  }

  /** Kills the process when it holds more memory than its limit. */
  checkMemory(): void {
    const limit = this.#spec.containers[0].resources.limits.memory;
    const used = limit === undefined ? undefined : ownMemory(this.container.pid);
    if (limit !== undefined && used !== undefined && used > quantity(limit)) this.container.kill("OOMKilled");
  }

  #probe(): Prober {
    const warn = (problem: Error) => this.#events.warn(problem);
    return new Prober(this.#spec.containers[0], {
      check: (probe) => check(probe, this.#ports),
      paused: () => this.#zone.frozen,
      failed: (why) => this.#events.failed(why),
      started: () => {
        this.#started = true;
        if (this.#events.fault()) this.tell("fault").catch(warn);
        if (this.#zone.cordoned) this.tell("shift").catch(warn);
      },
      ready: (ready) => this.#events.ready(ready),
      unhealthy: (probe) => {
        this.#events.ready(false);
        const grace = probe.terminationGracePeriodSeconds;
        this.terminate(grace === undefined ? this.graceMs : grace * 1000, "Unhealthy", true).catch(warn);
      },
    });
  }
}
