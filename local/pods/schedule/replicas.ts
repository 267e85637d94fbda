import type { Machine } from "../machine.ts";
import { Pod } from "../pod.ts";
import type { Scaling, Workload } from "../spec/index.ts";
import { isLive, type Zone } from "../zone.ts";
import { move, placement, unschedulable } from "./placement.ts";
import { place } from "./spread.ts";

/** `--horizontal-pod-autoscaler-tolerance` */
const tolerance = 0.1;

/**
 * The pods that the measured load asks for, as Kubernetes's replica calculator does it: a pod without a measure
 * counts as idle when the others want more, and as busy to its request when they want fewer.
 * @param utilizations of the pods that are ready and measured, as shares of their request
 * @param current all pods of the workload that don't end
 */
export function desired(utilizations: readonly number[], current: number, target: number): number {
  if (utilizations.length === 0) return current;
  const sum = utilizations.reduce((total, one) => total + one, 0);
  const ratio = sum / utilizations.length / target;
  const missing = Math.max(0, current - utilizations.length);
  const assumed = ratio > 1 ? 0 : Math.max(1, target);
  const whole = (sum + missing * assumed) / (utilizations.length + missing) / target;
  if (Math.abs(whole - 1) <= tolerance || whole > 1 !== ratio > 1) return current;
  const wanted = Math.ceil(whole * (utilizations.length + missing));
  return whole > 1 ? Math.max(current, wanted) : Math.min(current, wanted);
}

/** Decides a workload's number of pods, one measurement after the other. */
export class Scaler {
  readonly #scaling: Scaling;
  #wanted: { at: number; pods: number }[] = [];

  constructor(scaling: Scaling) {
    this.#scaling = scaling;
  }

  /**
   * The number of pods from now on; `at` in milliseconds, never running back.
   * @param minimum where a schedule has set another than the declared one
   */
  next(
    utilizations: readonly number[],
    current: number,
    at: number,
    minimum = this.#scaling.minimum,
  ): number {
    const { maximum, target, stabilizationMs } = this.#scaling;
    if (target === undefined) return Math.min(maximum, Math.max(minimum, current));
    const pods = desired(utilizations, current, target);
    this.#wanted = [...this.#wanted.filter((one) => at - one.at < stabilizationMs), { at, pods }];
    const highest = Math.max(...this.#wanted.map((one) => one.pods));
    // Kubernetes's default: at once twice as many, or four more.
    const most = Math.max(current * 2, current + 4);
    const stable = pods >= current ? Math.min(pods, most) : Math.min(current, highest);
    return Math.min(maximum, Math.max(minimum, stable));
  }
}

/**
 * Keeps a Deployment at its number of pods, spread over the zones that live.
 * Unlike in Kubernetes, a lost zone's pods are replaced at once (there after the toleration of 5 minutes), and the
 * spread is evened again when a zone comes back (there the descheduler's work): first the new pod, then the old one's end.
 */
export class Replicas {
  readonly workload: Workload;
  readonly pods = new Set<Pod>();
  #machine: Machine;
  readonly #scaler: Scaler | undefined;
  #wanted: number;
  #moving: { fresh: Pod; victim: Pod } | undefined;
  /** Pods that are to be replaced where they are, the next first. */
  #restarting: Pod[] = [];

  constructor(workload: Workload, machine: Machine) {
    this.workload = workload;
    this.#machine = machine;
    this.#wanted = workload.replicas;
    this.#scaler = workload.scaling && new Scaler(workload.scaling);
  }

  get ready(): boolean {
    return this.#active().filter((pod) => pod.ready).length >= this.#wanted;
  }

  /** As far as it can be for now: all pods that found a zone are ready, at least one. */
  get available(): boolean {
    const placed = this.#active().filter((pod) => pod.zone);
    return this.#wanted === 0 || (placed.length > 0 && placed.every((pod) => pod.ready));
  }

  /** Brings the pods to what is wanted; `all` are the pods of every workload. To be called whenever something changed. */
  reconcile(zones: readonly Zone[], all: () => Iterable<Pod>): void {
    this.#finishMove();
    const active = this.#active();
    const wanted = this.#wanted + (this.#moving ? 1 : 0);
    if (!this.#moving) for (const pod of this.#surplus()) this.#remove(pod);
    for (let missing = wanted - active.length; missing > 0; missing--) this.#add();
    for (const pod of this.#active()) if (!pod.zone) this.#schedule(pod, zones, all());
    if (!this.#moving && this.ready && this.#active().length === this.#wanted) this.#startMove(zones, all());
  }

  /** Replaces the pods of a zone, one after the other, at the next calls of `reconcile`. */
  restart(zone: Zone): void {
    const queued = new Set(this.#restarting);
    this.#restarting.push(...this.#active().filter((pod) => pod.zone === zone && !queued.has(pod)));
  }

  /** Zone -> pods that are still to be replaced there. */
  restarting(): Map<string, number> {
    const left = this.#restarting.filter(({ terminating }) => !terminating);
    const byZone = Map.groupBy(left, ({ zone }) => zone?.name ?? "");
    return new Map([...byZone].map(([zone, pods]) => [zone, pods.length]));
  }

  /** Pods that are wanted now. */
  get wanted(): number {
    return this.#wanted;
  }

  /**
   * Lets the autoscaler decide anew from the CPU that the pods used since the last call.
   * @param room how many pods may be added at most
   * @returns how many were
   */
  scale({ minimum, room }: { minimum?: number; room: number }): number {
    if (!this.#scaler) return 0;
    const measured = this.#active().flatMap((pod) => pod.utilization() ?? []);
    const decided = this.#scaler.next(measured, this.#wanted, performance.now(), minimum);
    const wanted = Math.min(decided, this.#wanted + Math.max(0, room));
    if (wanted === this.#wanted) return 0;
    const added = Math.max(0, wanted - this.#wanted);
    this.#wanted = wanted;
    this.#machine.changed();
    return added;
  }

  /** The pods to delete, as a ReplicaSet chooses them: first those that aren't ready, then from the fullest zone, the youngest. */
  #surplus(): Pod[] {
    const rest = this.#active();
    const size = (pod: Pod) => rest.filter(({ zone }) => zone === pod.zone).length;
    const chosen: Pod[] = [];
    while (rest.length > this.#wanted) {
      const [next] = [...rest]
        .reverse()
        .sort((a, b) => Number(a.ready) - Number(b.ready) || size(b) - size(a));
      if (next) chosen.push(...rest.splice(rest.indexOf(next), 1));
    }
    return chosen;
  }

  #schedule(pod: Pod, zones: readonly Zone[], all: Iterable<Pod>): void {
    const options = placement(this.workload, zones, all);
    const name = place(options);
    const zone = zones.find((one) => one.name === name);
    if (zone) pod.schedule(zone);
    else pod.wait(unschedulable(options));
  }

  #startMove(zones: readonly Zone[], all: Iterable<Pod>): void {
    const next = this.#nextRestart() ?? move(this.workload, zones, all, this.pods);
    if (!next) return;
    const fresh = this.#add();
    this.#moving = { fresh, victim: next.victim };
    fresh.schedule(next.to);
  }

  #nextRestart(): { victim: Pod; to: Zone } | undefined {
    this.#restarting = this.#restarting.filter(({ terminating }) => !terminating);
    const victim = this.#restarting[0];
    return victim?.zone && isLive(victim.zone) ? { victim, to: victim.zone } : undefined;
  }

  #finishMove(): void {
    if (!this.#moving) return;
    const { fresh, victim } = this.#moving;
    const done = fresh.ready || fresh.terminating || victim.terminating;
    if (!done) return;
    this.#moving = undefined;
    const surplus = fresh.ready ? victim : fresh;
    if (this.#active().length > this.#wanted) this.#remove(surplus);
  }

  #add(): Pod {
    const pod = new Pod(this.workload, this.#machine, true);
    this.pods.add(pod);
    void pod.finished.then(() => {
      this.pods.delete(pod);
      this.#machine.changed();
    });
    return pod;
  }

  #remove(pod: Pod): void {
    pod.delete().catch((error) => this.#machine.warn(error));
  }

  #active(): Pod[] {
    return [...this.pods].filter((pod) => !pod.terminating);
  }
}
