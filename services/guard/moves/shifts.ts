import type { ZoneShift } from "../core/sample.ts";
import { Arc, ArcError, type ArcShift } from "./arc.ts";

/** How long a shift lasts that nobody renews: what a dead guard leaves behind. */
const EXPIRES_IN = "2m";
/** By its comment a guard knows a shift that a guard began, itself or the one before. */
const BY_GUARD = "trizone guard: ";
/** ARC's limit. */
const MAX_COMMENT = 128;
/** Shifts of several resources that one decision made begin within this time. */
const TOGETHER_S = 15;

/** A shift away from a zone: ARC has one for each resource. */
export interface PlatformShift {
  /** That of its first resource's shift. */
  id: string;
  zone: string;
  /** Names of the resources that it moves. */
  resources: string[];
  status: "ACTIVE" | "EXPIRED" | "CANCELED";
  comment: string;
  /** ISO 8601. */
  startTime: string;
  expiryTime: string;
  by: "guard" | "operator" | "autoshift";
}

export interface ShiftsArgs {
  endpoint: string;
  region: string;
  /** Name -> ARN of what is shifted. */
  resources: Readonly<Record<string, string>>;
  zones: readonly { name: string; id: string }[];
}

/** The platform's zonal shifts in ARC. */
export class Shifts {
  readonly #arc: Arc;
  readonly #args: ShiftsArgs;
  #active: ArcShift[] = [];
  #auto: { awayFrom: string }[] = [];
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(args: ShiftsArgs, arc = new Arc(args.endpoint, args.region)) {
    this.#args = args;
    this.#arc = arc;
  }

  /** Active shifts as they were read last, one a zone. */
  get active(): ZoneShift[] {
    const zones = new Map<string, ZoneShift>();
    for (const { awayFrom, expiryTime, comment } of this.#active) {
      const zone = this.#zone(awayFrom);
      const known = zones.get(zone);
      zones.set(zone, {
        zone,
        expiresAt: Math.min(known?.expiresAt ?? Number.POSITIVE_INFINITY, expiryTime),
        own: (known?.own ?? true) && comment.startsWith(BY_GUARD),
      });
    }
    for (const { awayFrom } of this.#auto) {
      const zone = this.#zone(awayFrom);
      if (!zones.has(zone)) zones.set(zone, { zone, expiresAt: Number.POSITIVE_INFINITY, own: false });
    }
    return [...zones.values()];
  }

  /** Milliseconds since it was read what is active. */
  get ageMs(): number {
    return performance.now() - this.#readAt;
  }

  /** Reads what is active, unless that was known so many milliseconds ago. @throws as `Arc` */
  async refresh(maxAgeMs: number): Promise<void> {
    if (this.ageMs < maxAgeMs) return;
    const arns = Object.values(this.#args.resources);
    const ours = (await this.#arc.resources()).filter(({ arn }) => arn !== undefined && arns.includes(arn));
    this.#active = ours.flatMap(({ zonalShifts }) => zonalShifts);
    this.#auto = ours.flatMap(({ autoshifts }) => autoshifts);
    this.#readAt = performance.now();
  }

  /**
   * Moves all resources away from a zone that aren't moved yet. One that fails doesn't keep the others.
   * @returns what failed
   * @throws as `Arc` where none could be moved
   */
  async start(
    zone: string,
    comment: string,
    options: { expiresIn?: string; by?: "guard" | "operator" } = {},
  ): Promise<Error[]> {
    const { expiresIn = EXPIRES_IN, by = "guard" } = options;
    const text = (by === "guard" ? BY_GUARD + comment : comment).slice(0, MAX_COMMENT);
    const moved = this.#active.map(({ resourceIdentifier }) => resourceIdentifier);
    const missing = Object.values(this.#args.resources).filter((arn) => !moved.includes(arn));
    const input = { awayFrom: this.#id(zone), expiresIn, comment: text };
    const results = await Promise.allSettled(
      missing.map((resourceIdentifier) => this.#arc.start({ ...input, resourceIdentifier })),
    );
    const started = results.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const failed = results.flatMap((one) => (one.status === "rejected" ? [one.reason as Error] : []));
    this.#active.push(...started);
    if (started.length === 0 && failed[0]) throw failed[0];
    return failed;
  }

  /** Whether some resource isn't moved though others are. */
  get isPartial(): boolean {
    const all = Object.keys(this.#args.resources).length;
    return this.#active.length > 0 && this.#active.length < all;
  }

  /** Renews a zone's shift. @throws as `Arc` for the first that fails, after all were tried */
  renew(zone: string): Promise<void> {
    return this.#each(zone, async ({ zonalShiftId }) => {
      const renewed = await this.#arc.renew(zonalShiftId, EXPIRES_IN);
      this.#active = this.#active.map((one) => (one.zonalShiftId === zonalShiftId ? renewed : one));
    });
  }

  /** Cancels a zone's shift; one that has ended meanwhile is no error. @throws as `renew` */
  cancel(zone: string): Promise<void> {
    return this.#each(zone, async ({ zonalShiftId }) => {
      await this.#arc.cancel(zonalShiftId).catch((error: unknown) => {
        if (!(error instanceof ArcError && error.reason === "ZonalShiftStatusNotActive")) throw error;
      });
      this.#active = this.#active.filter((one) => one.zonalShiftId !== zonalShiftId);
    });
  }

  /** The platform's shifts, the newest first, ended ones too. @throws as `Arc` */
  async list(): Promise<PlatformShift[]> {
    const { resources } = this.#args;
    const names = new Map(Object.entries(resources).map(([name, arn]) => [arn, name]));
    const found: (PlatformShift & { startedAt: number })[] = [];
    for (const shift of (await this.#arc.shifts()).sort((a, b) => b.startTime - a.startTime)) {
      const name = names.get(shift.resourceIdentifier);
      if (!name) continue;
      const zone = this.#zone(shift.awayFrom);
      const status = shift.status ?? "ACTIVE";
      const together = found.find(
        (one) =>
          one.zone === zone &&
          one.comment === shift.comment &&
          one.status === status &&
          Math.abs(one.startedAt - shift.startTime) <= TOGETHER_S,
      );
      if (together) together.resources.push(name);
      else
        found.push({
          ...{ id: shift.zonalShiftId, zone, resources: [name], status, comment: shift.comment },
          startTime: iso(shift.startTime),
          expiryTime: iso(shift.expiryTime),
          by: shift.comment.startsWith(BY_GUARD) ? "guard" : "operator",
          startedAt: shift.startTime,
        });
    }
    return found.map(({ startedAt: _, ...shift }) => shift);
  }

  close(): Promise<void> {
    return this.#arc.close();
  }

  async #each(zone: string, act: (shift: ArcShift) => Promise<void>): Promise<void> {
    const of = this.#active.filter(({ awayFrom }) => this.#zone(awayFrom) === zone);
    const failed = (await Promise.allSettled(of.map(act))).find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  #zone(id: string): string {
    return this.#args.zones.find((one) => one.id === id)?.name ?? id;
  }

  #id(zone: string): string {
    return this.#args.zones.find(({ name }) => name === zone)?.id ?? zone;
  }
}

const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
