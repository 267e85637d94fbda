import { EventEmitter, once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import type { Graph } from "../../engine/index.ts";
import type { SoftFault } from "../faults.ts";
import type { Endpoint } from "../free-ports.ts";
import { prune, type ReadSecret, StartSlots, Volumes, Watchdog } from "./container/index.ts";
import { runJob } from "./job.ts";
import type { Machine } from "./machine.ts";
import { Pod } from "./pod.ts";
import type { PodStatus } from "./pod-status.ts";
import { notReady } from "./report.ts";
import { Autoscalers, place, placement, Replicas } from "./schedule/index.ts";
import { manifests, readPreScaling, type Workload } from "./spec/index.ts";
import { checkPart, tell } from "./tell.ts";
import { startUpkeep } from "./upkeep.ts";
import { findZone, makeZones, type Zone } from "./zone.ts";

/** What `Pods` needs to run a graph. */
export interface PodsOptions {
  graph: Graph;
  /** Name and id of each zone, e.g. `ap-southeast-2a`, `apse2-az1`; every call takes either. */
  zones: { name: string; id: string }[];
  /** Folder that stands for the image's /app; undefined for an image that isn't run here, nor is what declares it. */
  images(image: string): string | undefined;
  /** Key-value pairs of a secret of Secrets Manager. */
  secrets: ReadSecret;
  /** Names of the graph -> addresses of this zone. Asked whenever a container starts. */
  lookup(zone: string): Record<string, string>;
  /** Folder of the pods' volumes: emptied at the start and removed at the end. */
  directory: string;
  logDirectory: string;
  /** How often the autoscalers decide (15,000 in Kubernetes). Undefined: never, the pods stay at their minimum. */
  scaleEveryMs?: number;
  /** Pods that the autoscalers may add now. @default what this machine has room for */
  room?: () => number;
}

/** `change`: a pod's state changed, several at once are one event. `warning`: something that no caller waits for. */
interface Events {
  change: [];
  warning: [Error];
}

/** How long what depends on a Deployment waits for it, as Pulumi's Kubernetes provider does. */
const rolloutMs = 600_000;

/**
 * The scheduler, the kubelets and the Deployment and Job controllers of a laptop's zones: every pod that the graph
 * declares is a Node process. That a zone was killed is known here at once; in Kubernetes when its lease ends.
 * Leaves out what needs a kernel's namespaces (users, networks, CPU limits, read-only file systems), init and
 * sidecar containers, and rollouts.
 */
export class Pods extends EventEmitter<Events> {
  readonly autoscalers: Autoscalers;
  readonly #scaleEveryMs: number | undefined;
  readonly #zones: Zone[];
  readonly #machine: Machine;
  /** By the Deployment's URN. */
  readonly #replicas = new Map<string, Replicas>();
  readonly #jobPods = new Set<Pod>();
  readonly #abort = new AbortController();
  /** Workloads that were not begun, or Jobs that are not done. */
  readonly #waiting: Set<Workload>;
  #timers: NodeJS.Timeout[] = [];
  #changing = false;
  #stopping: Promise<void> | undefined;

  /** Throws when the graph declares a workload that a laptop can't run, naming it and why. */
  constructor(options: PodsOptions) {
    super();
    this.setMaxListeners(100);
    this.#scaleEveryMs = options.scaleEveryMs;
    const scaling = { preScaling: readPreScaling(options.graph), room: options.room };
    this.autoscalers = new Autoscalers({ replicas: () => this.#replicas.values(), ...scaling });
    this.#zones = makeZones(options.zones);
    const declared = manifests(options.graph, (image) => options.images(image) !== undefined);
    this.#waiting = new Set(declared.workloads);
    this.#machine = {
      manifests: declared,
      volumes: new Volumes(declared, options.secrets),
      slots: new StartSlots(availableParallelism() * 2),
      watchdog: new Watchdog((problem) => this.#warn(problem)),
      directory: options.directory,
      logDirectory: options.logDirectory,
      images: options.images,
      lookup: options.lookup,
      changed: () => this.#changed(),
      warn: (problem) => this.#warn(problem),
    };
  }

  /**
   * Runs the Jobs and begins the Deployments, each after what it depends on; resolves when the last one has begun.
   * Rejects with the first Job that failed or Deployment that didn't get up; `stop` then ends the rest.
   */
  async start(): Promise<void> {
    const { directory, manifests, logDirectory } = this.#machine;
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await mkdir(logDirectory, { recursive: true });
    await prune(logDirectory);
    this.#abort.signal.throwIfAborted();
    const often = { autoscalers: this.autoscalers, scaleEveryMs: this.#scaleEveryMs };
    const warn = (problem: Error) => this.#warn(problem);
    this.#timers = startUpkeep({ pods: () => this.#pods(), logDirectory, ...often, warn });
    const done = new Map<string, Promise<void>>();
    for (const workload of manifests.workloads) {
      const before = workload.dependsOn.map((urn) => done.get(urn));
      done.set(workload.urn, this.#begin(workload, before));
    }
    await Promise.all(done.values());
  }

  /** Resolves when every declared pod is ready; rejects after the time limit with those that aren't, and why. */
  async ready(timeoutMs: number): Promise<void> {
    const isReady = () => this.#waiting.size === 0 && [...this.#replicas.values()].every((one) => one.ready);
    try {
      await this.#until(isReady, AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#abort.signal]));
    } catch {
      this.#abort.signal.throwIfAborted();
      throw await notReady(this.#pods(), [...this.#waiting], `${timeoutMs / 1000} s`);
    }
    // From now on there are requests: a lost zone's pods that start all together leave them no processor for seconds.
    this.#machine.slots.resize(Math.max(1, Math.floor(availableParallelism() / 2)));
  }

  endpoints(): Endpoint[] {
    return this.#pods().flatMap((pod) => pod.endpoint() ?? []);
  }

  /** Every pod that is wanted or still ends; a Job's only while it runs. */
  status = (): PodStatus[] => this.#pods().map((pod) => pod.status());

  /** Services whose pods in a zone are being replaced, and how many are left. */
  rollouts(): { service: string; zone: string; left: number }[] {
    return [...this.#replicas.values()].flatMap((one) =>
      [...one.restarting()].map(([zone, left]) => ({ service: one.workload.name, zone, left })),
    );
  }

  /** Kills all processes of a zone; nothing starts there until it is healed. */
  async kill(name: string): Promise<void> {
    const zone = this.#zone(name);
    zone.killed = true;
    await Promise.all(this.#in(zone).map((pod) => pod.lose()));
  }

  /** Stops all processes of a zone (SIGSTOP), and those that start there, until it is healed. */
  freeze(name: string): void {
    const zone = this.#zone(name);
    zone.frozen = true;
    for (const pod of this.#in(zone)) pod.freeze();
  }

  /** Ends every fault of a zone: it goes on, takes pods again, and the spread is evened. */
  async heal(name: string): Promise<void> {
    const zone = this.#zone(name);
    Object.assign(zone, { killed: false, frozen: false });
    for (const pod of this.#in(zone)) pod.thaw();
    this.#changed();
    if (zone.faults.length > 0) await this.setFaults(name, []);
    if (zone.cordoned) await this.shiftZone(name);
  }

  /** Sets whether the zone's node renews its lease: without, its endpoints aren't ready and it takes no new pods. */
  markZone(name: string, ready: boolean): void {
    this.#zone(name).nodeReady = ready;
    this.#changed();
  }

  /** Sets whether the zone takes no new pods, as EKS's zonal shift makes it; the spread is evened when it takes them again. */
  cordonZone(name: string, cordoned: boolean): void {
    const zone = this.#zone(name);
    if (zone.cordoned === cordoned) return;
    zone.cordoned = cordoned;
    this.#changed();
  }

  /**
   * Tells the zone's pods whether they are shifted away (`cordonZone`), so that their long connections and leases move.
   * To be called once new connections go elsewhere. Rejects naming pods that didn't take it.
   */
  async shiftZone(name: string): Promise<void> {
    const zone = this.#zone(name);
    await tell(zone, this.#in(zone), (pod) => pod.tell("shift"));
  }

  /** Has clients of a zone's pods (`namespace/name`) connect anew. Rejects naming pods that didn't. */
  async drain(name: string, ids: ReadonlySet<string>): Promise<void> {
    const zone = this.#zone(name);
    const pods = this.#in(zone).filter((pod) => ids.has(`${pod.workload.namespace}/${pod.name}`));
    await tell(zone, pods, (pod) => pod.tell("drain"));
  }

  /** Throws where the zone has no pod that a fault names. */
  checkFault(name: string, fault: SoftFault): void {
    const zone = this.#zone(name);
    checkPart(zone, this.#in(zone), fault);
  }

  /** Replaces a service's pods in a zone, each once its successor is ready. Throws where there are none. */
  restart(name: string, service: string): void {
    this.checkFault(name, { service });
    for (const one of this.#replicas.values())
      if (one.workload.name === service) one.restart(this.#zone(name));
    this.#changed();
  }

  /** Puts faults on the zone's pods, those that start later too; none ends them. Rejects naming pods that didn't obey. */
  async setFaults(name: string, faults: readonly SoftFault[]): Promise<void> {
    const zone = this.#zone(name);
    zone.faults = faults;
    await tell(zone, this.#in(zone), (pod) => pod.tell("fault"));
  }

  /** Ends every pod: SIGTERM, then SIGKILL after its grace period or `graceMs`, whichever is shorter. */
  stop({ graceMs }: { graceMs: number }): Promise<void> {
    this.#stopping ??= this.#end(graceMs);
    return this.#stopping;
  }

  async #begin(workload: Workload, before: (Promise<void> | undefined)[]): Promise<void> {
    await Promise.all(before);
    this.#abort.signal.throwIfAborted();
    if (workload.kind === "Job") {
      await runJob(workload, {
        start: (signal) => this.#startJob(workload, signal),
        signal: this.#abort.signal,
      });
      this.#waiting.delete(workload);
      return this.#changed();
    }
    const replicas = new Replicas(workload, this.#machine);
    this.#replicas.set(workload.urn, replicas);
    this.#waiting.delete(workload);
    this.#changed();
    if (this.#machine.manifests.workloads.some(({ dependsOn }) => dependsOn.includes(workload.urn)))
      await this.#rollout(replicas);
  }

  async #rollout(replicas: Replicas): Promise<void> {
    const signal = AbortSignal.any([AbortSignal.timeout(rolloutMs), this.#abort.signal]);
    try {
      await this.#until(() => replicas.available, signal);
    } catch {
      this.#abort.signal.throwIfAborted();
      throw await notReady([...replicas.pods], [], `${rolloutMs / 1000} s`);
    }
  }

  async #startJob(job: Workload, signal: AbortSignal): Promise<Pod> {
    const next = () => place(placement(job, this.#zones, this.#pods()));
    await this.#until(() => next() !== undefined, signal);
    const pod = new Pod(job, this.#machine, false);
    this.#jobPods.add(pod);
    void pod.finished.then(() => this.#jobPods.delete(pod));
    pod.schedule(this.#zone(next() ?? ""));
    return pod;
  }

  async #end(graceMs: number): Promise<void> {
    this.#abort.abort(new Error("the pods are being stopped"));
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#pods().map((pod) => pod.stop(graceMs)));
    this.#machine.watchdog.close();
    await rm(this.#machine.directory, { recursive: true, force: true });
  }

  async #until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    while (!holds()) await once(this, "change", { signal });
  }

  #changed(): void {
    if (this.#changing) return;
    this.#changing = true;
    queueMicrotask(() => {
      this.#changing = false;
      if (!this.#abort.signal.aborted)
        for (const one of this.#replicas.values()) one.reconcile(this.#zones, () => this.#pods());
      this.emit("change");
    });
  }

  #warn(problem: Error): void {
    if (!this.emit("warning", problem)) process.emitWarning(problem);
  }

  #pods(): Pod[] {
    return [...this.#jobPods, ...[...this.#replicas.values()].flatMap(({ pods }) => [...pods])];
  }

  #in(zone: Zone): Pod[] {
    return this.#pods().filter((pod) => pod.zone === zone);
  }

  #zone(name: string): Zone {
    return findZone(this.#zones, name);
  }
}
