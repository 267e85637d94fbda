import { z } from "zod";

/** The faults that a zone can be given. */
export const ZoneAction = z.enum(["kill", "freeze", "slow", "errors", "cut", "heal"]);
export type ZoneAction = z.infer<typeof ZoneAction>;

/** A name of Kubernetes: of a workload, or of a pod. */
const Name = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,252}$/, "must be the name of a workload or pod");

/** How much of a fault, and of which part of the zone; without a part the whole zone. */
export const FaultOptions = z.strictObject({
  /** Of slow: added latency in milliseconds. */
  ms: z.number().int().min(1).max(60_000).optional(),
  /** Of errors: the share of requests that fail (0–1). */
  share: z.number().gt(0).max(1).optional(),
  /** Only the zone's pods of this workload. */
  service: Name.optional(),
  /** Only this pod of the zone. */
  pod: Name.optional(),
  /** Only traffic between zones: `out` from the zone to the others, `in` from the others to it. */
  direction: z.enum(["in", "out"]).optional(),
});
export type FaultOptions = z.infer<typeof FaultOptions>;

/** A slow or failing part of a zone. Shares are 0 to 1. */
export interface SoftFault {
  latencyMs?: number | undefined;
  errorShare?: number | undefined;
  service?: string | undefined;
  pod?: string | undefined;
  direction?: "in" | "out" | undefined;
}

/** What a zone's fault reaches: each part of the laptop that lives in zones. */
export interface FaultTarget {
  kill?(zone: string): unknown;
  freeze?(zone: string): unknown;
  cut?(zone: string, on: boolean): unknown;
  /** Ends every fault of the zone and brings back what they ended. */
  heal?(zone: string): unknown;
  /** Throws where the zone has no such part. */
  checkFault?(zone: string, fault: SoftFault): void;
  /** All slow or failing parts that the zone has from now on. */
  setFaults?(zone: string, faults: readonly SoftFault[]): unknown;
}

interface Active {
  action: ZoneAction;
  options: FaultOptions;
}

/** Applies a fault to all parts of a zone at once, and keeps a list of the faults that a zone has. */
export class Faults {
  readonly #targets: () => FaultTarget[];
  /** Zone -> faults by their action and part: a new one takes the place of one on the same part. */
  readonly #active = new Map<string, Map<string, Active>>();

  constructor(targets: () => FaultTarget[]) {
    this.#targets = targets;
  }

  /** Descriptions such as `slow 300 ms`, in the order in which they were given. */
  of(zone: string): string[] {
    return [...(this.#active.get(zone)?.values() ?? [])].map(describe);
  }

  /** Throws, with nothing changed, where the options don't fit the action or the zone has no such part. */
  async apply(zone: string, action: ZoneAction, options: FaultOptions): Promise<void> {
    checkOptions(action, options);
    if (action === "heal") return this.#heal(zone);
    const fault = { action, options };
    for (const target of this.#targets()) target.checkFault?.(zone, softFault(fault));
    const active = this.#active.get(zone) ?? new Map<string, Active>();
    this.#active.set(zone, active.set(keyOf(fault), fault));
    const each = (act: (target: FaultTarget) => unknown) => Promise.all(this.#targets().map(act));
    if (action === "kill") await each((target) => target.kill?.(zone));
    if (action === "freeze") await each((target) => target.freeze?.(zone));
    if (action === "cut") await each((target) => target.cut?.(zone, true));
    if (isSoft(action)) {
      const faults = [...active.values()].filter((one) => isSoft(one.action)).map(softFault);
      await each((target) => target.setFaults?.(zone, faults));
    }
  }

  async #heal(zone: string): Promise<void> {
    this.#active.delete(zone);
    for (const target of this.#targets()) {
      await target.cut?.(zone, false);
      await target.heal?.(zone);
      await target.setFaults?.(zone, []);
    }
  }
}

const isSoft = (action: ZoneAction) => action === "slow" || action === "errors";

function softFault({ options: { ms, share, ...part } }: Active): SoftFault {
  return { latencyMs: ms, errorShare: share, ...part };
}

const keyOf = ({ action, options: { service, pod, direction } }: Active): string =>
  JSON.stringify([action, service, pod, direction]);

function checkOptions(action: ZoneAction, { ms, share, ...part }: FaultOptions): void {
  const parts = Object.entries(part).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const problems = [
    action === "slow" && ms === undefined && "slow needs ms, the added latency in milliseconds",
    action !== "slow" && ms !== undefined && `ms belongs to slow, not to ${action}`,
    action === "errors" &&
      share === undefined &&
      "errors needs share, the share of requests that fail (0 to 1)",
    action !== "errors" && share !== undefined && `share belongs to errors, not to ${action}`,
    !isSoft(action) &&
      parts.length > 0 &&
      `${parts.join(" and ")} belongs to slow and errors, not to ${action}`,
    parts.length > 1 && `give one of ${parts.join(", ")}, not several`,
  ].filter((problem) => problem !== false);
  if (problems.length > 0) throw new Error(problems.join("; "));
}

function describe({ action, options: { ms, share, service, pod, direction } }: Active): string {
  const size =
    ms !== undefined ? ` ${ms} ms` : share !== undefined ? ` ${Number((share * 100).toFixed(4))} %` : "";
  const part = service ?? (pod !== undefined ? `pod ${pod}` : direction && `${direction} of the zone`);
  return `${action}${size}${part === undefined ? "" : ` (${part})`}`;
}
