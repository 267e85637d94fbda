import type { TargetReport } from "../messages.ts";
import { askStatus, type Partition } from "../partition.ts";
import { Rotation } from "../rotation.ts";
import type { TargetGroup } from "../state.ts";
import { HealthChecker, matches } from "./health.ts";
import { Target, type TargetAddress } from "./target.ts";

interface Member {
  target: Target;
  checker: HealthChecker;
  /** Set while the target is deregistering. */
  drain?: NodeJS.Timeout;
}

/** The targets of a target group as one node sees them: which there are, their health by this node's own checks, and which one is next. */
export class TargetGroupTargets {
  #spec: TargetGroup;
  readonly #partition: Partition;
  readonly #onChange: () => void;
  readonly #members = new Map<string, Member>();
  readonly #rotation = new Rotation();
  /** Balancer's ARN -> targets that may be chosen; emptied by every change. */
  readonly #eligible = new Map<string, Target[]>();

  constructor(spec: TargetGroup, partition: Partition, onChange: () => void) {
    this.#spec = spec;
    this.#partition = partition;
    this.#onChange = onChange;
  }

  /** Registers what is new in `wanted`, deregisters what is no longer; targets in a lost zone are dropped at once. */
  update(spec: TargetGroup, wanted: TargetAddress[], isLost: (zone: string) => boolean): void {
    if (JSON.stringify(spec.healthCheck) !== JSON.stringify(this.#spec.healthCheck)) this.clear();
    this.#spec = spec;
    const registered = new Set(wanted.map(keyOf));
    for (const [key, member] of this.#members) {
      if (isLost(member.target.at.zone)) this.#remove(key, member, "its zone is lost");
      else if (!registered.has(key)) this.#deregister(key, member);
    }
    for (const at of wanted) this.#register(at);
    this.#eligible.clear();
  }

  /** Drops every target, for a group that is gone. */
  clear(): void {
    for (const [key, member] of this.#members) this.#remove(key, member, "its target group is gone");
    this.#eligible.clear();
  }

  /**
   * The next target in turn; undefined when none is registered.
   * `away` are the zones that a zonal shift of this balancer moved away from; a zone of a weight below 1 gets that part
   * of its turns.
   */
  pick(balancer: string, away: Set<string>, weight: (zone: string) => number = () => 1): Target | undefined {
    const eligible = this.#eligibleFor(balancer, away);
    const now = eligible.filter(({ at: { zone } }) => away.has(zone) || Math.random() < weight(zone));
    return this.#rotation.next(now.length > 0 ? now : eligible);
  }

  /**
   * Healthy targets outside the zones that were shifted away; where there is none, the shift has no effect, and where
   * no target is healthy at all, every registered one is chosen from: the load balancer fails open.
   */
  #eligibleFor(balancer: string, away: Set<string>): Target[] {
    const known = this.#eligible.get(balancer);
    if (known) return known;
    const reachable = this.#reachable();
    const healthy = reachable.filter(({ state }) => state === "healthy");
    // Without cross-zone a shift takes the node out of DNS, and what still reaches it goes to its own targets.
    const kept = this.#spec.crossZone ? healthy.filter(({ at }) => !away.has(at.zone)) : healthy;
    const eligible = kept.length > 0 ? kept : healthy.length > 0 ? healthy : reachable;
    this.#eligible.set(balancer, eligible);
    return eligible;
  }

  /** Whether this node has a healthy target to send requests to. */
  isHealthy(): boolean {
    return this.#reachable().some(({ state }) => state === "healthy");
  }

  report(): TargetReport[] {
    return [...this.#members.values()].map(({ target: { at, state } }) => ({
      group: this.#spec.arn,
      id: at.id,
      zone: at.zone,
      state,
    }));
  }

  /** Registered targets that this node may use by the group's cross-zone setting. */
  #reachable(): Target[] {
    return [...this.#members.values()]
      .map(({ target }) => target)
      .filter(
        ({ state, at }) => state !== "draining" && (this.#spec.crossZone || at.zone === this.#partition.zone),
      );
  }

  #register(at: TargetAddress): void {
    const key = keyOf(at);
    const known = this.#members.get(key);
    if (known && !known.drain) return;
    clearTimeout(known?.drain);
    const target = known?.target ?? new Target(at, this.#partition);
    target.state = "initial";
    const checker = new HealthChecker(
      this.#spec.healthCheck,
      () => this.#ask(at),
      (healthy) => this.#setHealth(target, healthy),
    );
    this.#members.set(key, { target, checker });
    checker.start();
  }

  async #ask({ healthAddress, zone }: TargetAddress): Promise<boolean> {
    if (healthAddress === undefined) return false;
    const { path, timeoutMs, matcher } = this.#spec.healthCheck;
    return matches(matcher, await askStatus(this.#partition, healthAddress, zone, path, timeoutMs));
  }

  #setHealth(target: Target, healthy: boolean): void {
    target.state = healthy ? "healthy" : "unhealthy";
    this.#eligible.clear();
    this.#onChange();
  }

  /** No new request from now on; what is under way may finish within the deregistration delay. */
  #deregister(key: string, member: Member): void {
    if (member.drain) return;
    member.checker.stop();
    member.target.state = "draining";
    member.drain = setTimeout(
      () => this.#remove(key, member, "its deregistration delay is over"),
      this.#spec.deregistrationDelayMs,
    );
  }

  #remove(key: string, member: Member, reason: string): void {
    clearTimeout(member.drain);
    member.checker.stop();
    this.#members.delete(key);
    member.target.drop(reason);
  }
}

function keyOf({ id, address, healthAddress }: TargetAddress): string {
  return `${id} ${address} ${healthAddress}`;
}
