import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Backoff } from "../backoff.ts";
import type { Endpoint } from "../free-ports.ts";
import { givePortsBack } from "../free-ports.ts";
import {
  Container,
  cpuTime,
  type Exit,
  identify,
  type Order,
  podName,
  Run,
  rotate,
} from "./container/index.ts";
import { runInit } from "./init.ts";
import type { Machine } from "./machine.ts";
import type { PodStatus } from "./pod-status.ts";
import { named, prepare, takePorts } from "./prepare.ts";
import { quantity, type Workload } from "./spec/index.ts";
import { faultOf, type Zone } from "./zone.ts";

/**
 * Kubernetes waits 10 s doubling to 300 s; on a laptop somebody is watching. As kubelet does: a container that ran for
 * twice the longest wait has recovered.
 */
export const RESTARTS = { firstMs: 1000, maxMs: 30_000, resetAfterMs: 60_000, firstAtOnce: true };

/** A pod from its declaration to its end: it waits for a zone, starts its container there and restarts it. */
export class Pod {
  readonly name: string;
  readonly workload: Workload;
  readonly logFile: string;
  /** Resolves when its process has ended for good and its volumes are gone. */
  readonly finished: Promise<void>;
  zone: Zone | undefined;
  readonly #machine: Machine;
  readonly #restart: boolean;
  readonly #finish: () => void;
  readonly #abort = new AbortController();
  #state: Omit<PodStatus, "name" | "workload" | "namespace" | "zone" | "pid" | "admin" | "http">;
  #labels: Record<string, string>;
  #ports: ReadonlyMap<number, number> = new Map();
  #measured: { pid: number; used: number; at: number } | undefined;
  #run: Run | undefined;
  /** The init container that runs now. */
  #init: Container | undefined;
  /** Whether all of them have ended well: they run once, whatever becomes of the container. */
  #initialised = false;

  /** @param restart Whether its container is started again when it ends; a Job's isn't. */
  constructor(workload: Workload, machine: Machine, restart: boolean) {
    this.workload = workload;
    this.name = podName(workload.name);
    this.logFile = join(machine.logDirectory, `${this.name}.log`);
    this.#machine = machine;
    this.#restart = restart;
    this.#labels = workload.template.metadata.labels;
    this.#state = { phase: "Pending", ready: false, restarts: 0, startedAt: undefined };
    const { promise, resolve } = Promise.withResolvers<void>();
    this.finished = promise;
    this.#finish = resolve;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.#labels;
  }

  get terminating(): boolean {
    return this.#abort.signal.aborted;
  }

  get ready(): boolean {
    return this.#state.ready && this.zone?.nodeReady === true && !this.terminating;
  }

  /** Gives the pod its zone; it starts there. */
  schedule(zone: Zone): void {
    this.zone = zone;
    this.#update({ phase: "ContainerCreating", reason: undefined });
    this.#live(zone).catch((error) => this.#machine.warn(error));
  }

  /** Says why no zone takes it. */
  wait(reason: string): void {
    this.#update({ reason });
  }

  status(): PodStatus {
    const { name, workload, ready } = this;
    const identity = { name, workload: workload.name, namespace: workload.namespace, zone: this.zone?.name };
    const ports = this.endpoint()?.ports;
    const admin = ports?.admin && `http://${ports.admin}`;
    const http = ports?.http && `http://${ports.http}`;
    return { ...identity, pid: this.#container?.pid, admin, http, ...this.#state, ready };
  }

  endpoint(): Endpoint | undefined {
    const { name, zone, ready, terminating } = this;
    if (!zone || this.#ports.size === 0) return undefined;
    const local = named(this.workload.template.spec.containers[0].ports, this.#ports);
    const ports = Object.fromEntries(Object.entries(local).map(([key, port]) => [key, `127.0.0.1:${port}`]));
    const { namespace } = this.workload;
    return { name, namespace, labels: { ...this.#labels }, zone: zone.name, ready, terminating, ports };
  }

  freeze(): void {
    this.#container?.freeze();
  }

  thaw(): void {
    this.#container?.thaw();
  }

  /** Ends it as Kubernetes deletes a pod: preStop hook, SIGTERM, and SIGKILL when the grace period is over. */
  async delete(): Promise<void> {
    this.#leave();
    await this.#run?.terminate(this.#run.graceMs, "Deleted", true);
    await this.finished;
  }

  /** Ends it within this time and without its preStop hook: nobody is being served any more. */
  async stop(graceMs: number): Promise<void> {
    this.#leave();
    if (this.zone?.frozen) this.#run?.container.kill("Deleted");
    else await this.#run?.terminate(Math.min(graceMs, this.#run.graceMs), "Deleted", false);
    await this.finished;
  }

  /** Ends it as the loss of its node does. */
  async lose(): Promise<void> {
    this.#leave();
    this.#run?.container.kill("NodeLost");
    await this.finished;
  }

  /** Has its container do what its zone is in for; one that isn't up does when it starts. Rejects when it refuses. */
  async tell(what: Order): Promise<void> {
    await this.#run?.tell(what);
  }

  /** CPU used since the last call as a share of its request; undefined while it isn't ready or was not measured yet. */
  utilization(): number | undefined {
    const { container } = this.#run ?? {};
    const { requests, limits } = this.workload.template.spec.containers[0].resources;
    const request = requests.cpu ?? limits.cpu;
    const used = container && this.ready ? cpuTime(container.pid) : undefined;
    const before = this.#measured;
    const now =
      used === undefined || !container ? undefined : { pid: container.pid, used, at: performance.now() };
    this.#measured = now;
    if (!now || request === undefined || before?.pid !== now.pid) return undefined;
    return (now.used - before.used) / ((now.at - before.at) / 1000) / quantity(request);
  }

  /** Keeps its memory and its log within their limits. */
  async inspect(): Promise<void> {
    this.#run?.checkMemory();
    if (this.#run) await rotate(this.logFile);
  }

  /** Runs the container again and again until the pod is to end. */
  async #live(zone: Zone): Promise<void> {
    const backoff = new Backoff(RESTARTS);
    const { signal } = this.#abort;
    try {
      while (!signal.aborted) {
        const exit = await this.#once(zone);
        if (signal.aborted) return;
        if (!this.#restart) return this.#update({ phase: exit?.code === 0 ? "Succeeded" : "Failed" });
        this.#update({ phase: exit ? "CrashLoopBackOff" : "CreateContainerConfigError" });
        const { startedAt } = this.#state;
        const ranMs = exit && startedAt ? exit.at.getTime() - startedAt.getTime() : 0;
        await sleep(backoff.next(ranMs), undefined, { signal });
        const restarts = this.#state.restarts + (exit ? 1 : 0);
        this.#update({ phase: "ContainerCreating", restarts });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await this.#end();
    }
  }

  /** What runs now. */
  get #container(): Container | undefined {
    return this.#init ?? this.#run?.container;
  }

  /** One run of the container, or of an init container that failed; undefined when it could not be started. */
  async #once(zone: Zone): Promise<Exit | undefined> {
    const release = await this.#machine.slots.take(this.#abort.signal);
    try {
      const run = await this.#start(zone, release);
      const exit = run instanceof Run ? await run.ended() : run;
      this.#run = undefined;
      this.#update({ ready: false, lastExit: exit, reason: describe(exit) });
      return exit;
    } catch (error) {
      this.#abort.signal.throwIfAborted();
      this.#update({ reason: (error as Error).message });
      return undefined;
    } finally {
      release();
    }
  }

  async #start(zone: Zone, release: () => void): Promise<Run | Exit> {
    const { template } = this.workload;
    this.#ports = await takePorts(template.spec.containers[0].ports, this.#ports);
    const pod = identify(this.workload, this.name, zone.name, zone.nodeName);
    this.#labels = pod.labels;
    const { launch, init, ports } = await prepare(pod, zone.name, template, this.#ports, this.#machine);
    this.#abort.signal.throwIfAborted();
    if (!this.#initialised) {
      this.#update({ startedAt: new Date() });
      const running = (container: Container | undefined) => {
        this.#init = container;
        if (zone.frozen) container?.freeze();
        this.#machine.changed();
      };
      const failed = await runInit(init, this.logFile, this.#machine.watchdog, running, this.#abort.signal);
      if (failed) return failed;
      this.#initialised = true;
    }
    const container = await Container.start(launch, this.logFile, this.#machine.watchdog);
    if (zone.frozen) container.freeze();
    if (this.terminating) container.kill("Deleted");
    this.#update({
      phase: this.terminating ? "Terminating" : "Running",
      startedAt: new Date(),
      reason: undefined,
    });
    this.#run = new Run(container, template.spec, zone, ports, {
      fault: () => faultOf(zone, this),
      failed: (reason) => this.#update({ reason }),
      ready: (ready) => {
        if (ready) release();
        if (ready !== this.#state.ready) this.#update({ ready, ...(ready && { reason: undefined }) });
      },
      warn: (problem) => this.#machine.warn(new Error(`${this.name}: ${problem.message}`)),
    });
    return this.#run;
  }

  /** From now on it isn't ready and won't be started again. */
  #leave(): void {
    if (this.terminating) return;
    this.#abort.abort(new Error(`pod ${this.name} ends`));
    this.#run?.stopProbes();
    this.#update({ phase: "Terminating", ready: false });
    if (!this.zone) this.#finish();
  }

  async #end(): Promise<void> {
    givePortsBack(this.#ports.values());
    this.#ports = new Map();
    try {
      await rm(join(this.#machine.directory, this.name), { recursive: true, force: true });
    } finally {
      this.#finish();
      this.#machine.changed();
    }
  }

  #update(change: Partial<PodStatus>): void {
    this.#state = { ...this.#state, ...change };
    // A new reason alone changes nothing for anybody but its readers.
    if (Object.keys(change).some((key) => key !== "reason")) this.#machine.changed();
  }
}

function describe({ reason, code, signal }: Exit): string {
  const how = signal ?? `exit code ${code}`;
  return reason === "Error" || reason === "Completed" ? `ended with ${how}` : `${reason} (${how})`;
}
