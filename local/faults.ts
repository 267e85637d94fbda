import type { FaultSize, ZoneAction } from "./control.ts";

/** What a zone's fault reaches: each part of the laptop that lives in zones. */
interface FaultTarget {
  kill?(zone: string): unknown;
  freeze?(zone: string): unknown;
  cut?(zone: string, on: boolean): unknown;
  /** Ends every fault of the zone and brings back what they ended. */
  heal?(zone: string): unknown;
  /** Latency in milliseconds and share of failing requests of the zone's pods; null for none. */
  setFault?(zone: string, fault: { latencyMs?: number; errorShare?: number } | null): unknown;
}

/** Applies a fault to all parts of a zone at once, and keeps a list of the faults that a zone has. */
export class Faults {
  readonly #targets: FaultTarget[];
  readonly #active = new Map<string, Map<ZoneAction, FaultSize>>();

  constructor(targets: FaultTarget[]) {
    this.#targets = targets;
  }

  /** Descriptions such as `slow 300 ms`, in the order in which they were given. */
  of(zone: string): string[] {
    return [...(this.#active.get(zone) ?? [])].map(([action, size]) => describe(action, size));
  }

  async apply(zone: string, action: ZoneAction, size: FaultSize): Promise<void> {
    if (action === "heal") return this.#heal(zone);
    const active = this.#active.get(zone) ?? new Map<ZoneAction, FaultSize>();
    this.#active.set(zone, active.set(action, size));
    const each = (act: (target: FaultTarget) => unknown) => Promise.all(this.#targets.map(act));
    if (action === "kill") await each((target) => target.kill?.(zone));
    if (action === "freeze") await each((target) => target.freeze?.(zone));
    if (action === "cut") await each((target) => target.cut?.(zone, true));
    if (action === "slow" || action === "errors") {
      const fault = { latencyMs: active.get("slow")?.ms, errorShare: active.get("errors")?.share };
      await each((target) => target.setFault?.(zone, fault));
    }
  }

  async #heal(zone: string): Promise<void> {
    this.#active.delete(zone);
    for (const target of this.#targets) {
      await target.cut?.(zone, false);
      await target.heal?.(zone);
      await target.setFault?.(zone, null);
    }
  }
}

function describe(action: ZoneAction, { ms, share }: FaultSize): string {
  if (ms !== undefined) return `${action} ${ms} ms`;
  return share === undefined ? action : `${action} ${share * 100} %`;
}
