import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Backoff } from "./backoff.ts";
import { type Checked, check } from "./check.ts";
import { Container, type Exit } from "./container.ts";
import { sendFault } from "./fault.ts";
import { identify, podName } from "./identity.ts";
import { rotate } from "./log-file.ts";
import type { Machine } from "./machine.ts";
import type { Workload } from "./manifests.ts";
import { ownMemory } from "./memory.ts";
import type { Endpoint, Phase, PodStatus } from "./pod-state.ts";
import { preStop } from "./pre-stop.ts";
import { named, prepare, takePorts } from "./prepare.ts";
import { Prober } from "./prober.ts";
import { quantity } from "./quantity.ts";
import type { Zone } from "./zone.ts";

// What kubelet leaves a process for SIGTERM when the preStop hook used up the grace period.
const leastGraceMs = 2000;

/** A pod from its declaration to its end: it waits for a zone, starts its container there and restarts it. */
export class Pod {
  readonly name: string;
  readonly workload: Workload;
  readonly logFile: string;
  /** Resolves when its process has ended for good and its volumes are gone. */
  readonly finished: Promise<void>;
  zone: Zone | undefined;
  #machine: Machine;
  #restart: boolean;
  #finish: () => void = () => undefined;
  #abort = new AbortController();
  #state: Omit<PodStatus, "name" | "workload" | "namespace" | "zone" | "pid">;
  #labels: Record<string, string>;
  #ports: ReadonlyMap<number, number> = new Map();
  #container: Container | undefined;
  #checked: Checked | undefined;
  #prober: Prober | undefined;
  #started = false;
  #faulting: Promise<void> = Promise.resolve();

  /** @param restart Whether its container is started again when it ends; a Job's isn't. */
  constructor(workload: Workload, machine: Machine, restart: boolean) {
    this.workload = workload;
    this.name = podName(workload.name);
    this.logFile = join(machine.logDirectory, `${this.name}.log`);
    this.#machine = machine;
    this.#restart = restart;
    this.#labels = workload.template.metadata.labels;
    this.#state = { phase: "Pending", ready: false, restarts: 0, startedAt: undefined };
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
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
    if (this.#state.reason !== reason) this.#update({ reason });
  }

  status(): PodStatus {
    const { name, workload, ready } = this;
    return {
      name,
      workload: workload.name,
      namespace: workload.namespace,
      zone: this.zone?.name,
      pid: this.#container?.pid,
      ...this.#state,
      ready,
    };
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
    await this.#terminate(this.#graceMs(), "Deleted", true);
    await this.finished;
  }

  /** Ends it within this time and without its preStop hook: nobody is being served any more. */
  async stop(graceMs: number): Promise<void> {
    this.#leave();
    if (this.zone?.frozen) this.#container?.kill("Deleted");
    else await this.#terminate(Math.min(graceMs, this.#graceMs()), "Deleted", false);
    await this.finished;
  }

  /** Ends it as the loss of its node does. */
  async lose(): Promise<void> {
    this.#leave();
    this.#container?.kill("NodeLost");
    await this.finished;
  }

  /** Makes its zone's present fault its own; a pod without an admin port has none. Rejects when it won't have it. */
  applyFault(): Promise<void> {
    const send = async () => {
      const port = this.#checked?.ports.admin;
      if (this.#started && port !== undefined && this.zone) await sendFault(port, this.zone.fault);
    };
    // One after the other, whatever became of the one before, so that the last one wins.
    this.#faulting = this.#faulting.then(send, send);
    return this.#faulting;
  }

  /** Keeps its memory and its log within their limits. */
  async inspect(): Promise<void> {
    const container = this.#container;
    if (!container) return;
    const limit = this.workload.template.spec.containers[0].resources.limits.memory;
    const used = limit === undefined ? undefined : await ownMemory(container.pid);
    if (limit !== undefined && used !== undefined && used > quantity(limit)) container.kill("OOMKilled");
    await rotate(this.logFile);
  }

  /** Runs the container again and again until the pod is to end. */
  async #live(zone: Zone): Promise<void> {
    const backoff = new Backoff();
    const { signal } = this.#abort;
    try {
      while (!signal.aborted) {
        const exit = await this.#once(zone);
        if (signal.aborted) return;
        if (!this.#restart) return this.#update({ phase: exit?.code === 0 ? "Succeeded" : "Failed" });
        this.#update({ phase: exit ? "CrashLoopBackOff" : "CreateContainerConfigError" });
        const ranMs = exit && this.#state.startedAt ? exit.at.getTime() - this.#state.startedAt.getTime() : 0;
        await sleep(backoff.next(ranMs), undefined, { signal });
        if (exit) this.#update({ restarts: this.#state.restarts + 1 });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await this.#end();
    }
  }

  /** One run of the container; undefined when it could not be started. */
  async #once(zone: Zone): Promise<Exit | undefined> {
    const release = await this.#machine.slots.take(this.#abort.signal);
    try {
      const container = await this.#create(zone);
      if (!container) return undefined;
      this.#prober = this.#probe(zone, release);
      const exit = await container.exited;
      this.#prober.stop();
      this.#container = undefined;
      this.#started = false;
      this.#update({ ready: false, lastExit: exit, reason: describe(exit) });
      return exit;
    } finally {
      release();
    }
  }

  async #create(zone: Zone): Promise<Container | undefined> {
    const { template } = this.workload;
    const [spec] = template.spec.containers;
    try {
      this.#ports = await takePorts(spec.ports, this.#ports, this.#machine.ports);
      const pod = identify(this.workload, this.name, zone.name, zone.nodeName);
      this.#labels = pod.labels;
      const { launch, checked } = await prepare(pod, zone.name, template, this.#ports, this.#machine);
      this.#abort.signal.throwIfAborted();
      this.#checked = checked;
      this.#container = await Container.start(launch, this.logFile, this.#machine.lifeline);
    } catch (error) {
      this.#abort.signal.throwIfAborted();
      this.#update({ reason: (error as Error).message });
      return undefined;
    }
    if (zone.frozen) this.#container.freeze();
    if (this.terminating) this.#container.kill("Deleted");
    this.#update({ phase: this.#phase("Running"), startedAt: new Date(), reason: undefined });
    return this.#container;
  }

  #probe(zone: Zone, release: () => void): Prober {
    const { checked } = { checked: this.#checked as Checked };
    return new Prober(this.workload.template.spec.containers[0], {
      check: (probe) => check(probe, checked),
      paused: () => zone.frozen,
      failed: (reason) => this.#update({ reason }),
      started: () => {
        this.#started = true;
        if (zone.fault) this.applyFault().catch((error) => this.#machine.warn(error));
      },
      ready: (ready) => {
        if (ready) release();
        if (ready !== this.#state.ready) this.#update({ ready, ...(ready && { reason: undefined }) });
      },
      unhealthy: (probe) => {
        this.#update({ ready: false });
        const grace = probe.terminationGracePeriodSeconds;
        const graceMs = grace === undefined ? this.#graceMs() : grace * 1000;
        this.#terminate(graceMs, "Unhealthy", true).catch((error) => this.#machine.warn(error));
      },
    });
  }

  async #terminate(graceMs: number, cause: Exit["reason"], hooked: boolean): Promise<void> {
    const container = this.#container;
    if (!container) return;
    this.#prober?.stop();
    const began = performance.now();
    const hook = hooked && this.workload.template.spec.containers[0].lifecycle?.preStop;
    if (hook && this.#checked) {
      const failed = (error: Error) =>
        this.#machine.warn(new Error(`preStop of ${this.name}: ${error.message}`));
      await preStop(hook, this.#checked, graceMs).catch(failed);
    }
    const left = graceMs - (performance.now() - began);
    await container.terminate(hook ? Math.max(leastGraceMs, left) : left, cause);
  }

  /** From now on it isn't ready and won't be started again. */
  #leave(): void {
    if (this.terminating) return;
    this.#abort.abort(new Error(`pod ${this.name} ends`));
    this.#prober?.stop();
    this.#update({ phase: "Terminating", ready: false });
    if (!this.zone) this.#finish();
  }

  async #end(): Promise<void> {
    this.#machine.ports.giveBack(this.#ports.values());
    this.#ports = new Map();
    await rm(join(this.#machine.directory, this.name), { recursive: true, force: true });
    this.#finish();
    this.#machine.changed();
  }

  #graceMs(): number {
    return this.workload.template.spec.terminationGracePeriodSeconds * 1000;
  }

  #phase(phase: Phase): Phase {
    return this.terminating ? "Terminating" : phase;
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
