import type { Weights } from "./arc/index.ts";
import type { Pods } from "./pods/index.ts";

interface ShiftedZonesArgs {
  zones: string[];
  /** ARNs. */
  clusters: string[];
  pods: Pick<Pods, "cordonZone" | "shiftZone" | "drain">;
  /** Targets of the load balancer with an ARN; their ids are `namespace/name` of pods. */
  targets(arn: string): { id: string; zone: string }[];
  /** Gets a sentence on each thing that nobody waits for. */
  report(message: string): void;
}

/**
 * What a zonal shift moves beside new requests. EKS keeps new pods out of the zone. No part of AWS ends open connections or
 * moves leases: the zone's pods are asked to by whoever shifts, which is this here and the guard in a cluster.
 */
export class ShiftedZones {
  readonly #args: ShiftedZonesArgs;
  /** What was acted on last. */
  #moved: Weights = {};
  /** Zones that the pods know to be away. */
  readonly #away = new Set<string>();

  constructor(args: ShiftedZonesArgs) {
    this.#args = args;
  }

  /** Keeps new pods out of the zones that a cluster is shifted away from, or takes them again. */
  cordon(weights: Weights): void {
    for (const zone of this.#args.zones) this.#args.pods.cordonZone(zone, this.#isAway(weights, zone));
  }

  /** Has long connections and leases move; to be called once new requests go elsewhere. Never rejects. */
  async move(weights: Weights): Promise<void> {
    const before = this.#moved;
    this.#moved = weights;
    await Promise.all([
      ...this.#args.zones.map((zone) => this.#shift(zone, this.#isAway(weights, zone))),
      ...Object.entries(weights).flatMap(([arn, zones]) =>
        Object.keys(zones)
          .filter((zone) => zones[zone] === 0 && before[arn]?.[zone] !== 0)
          .map((zone) => this.#drain(arn, zone)),
      ),
    ]);
  }

  async #shift(zone: string, away: boolean): Promise<void> {
    if (this.#away.has(zone) === away) return;
    if (away) this.#away.add(zone);
    else this.#away.delete(zone);
    await this.#args.pods.shiftZone(zone).catch((error: Error) => this.#args.report(error.message));
  }

  /** Long connections through a balancer's targets in a zone. */
  async #drain(arn: string, zone: string): Promise<void> {
    const { clusters, pods, targets, report } = this.#args;
    if (clusters.includes(arn)) return;
    const ids = targets(arn).flatMap((target) => (target.zone === zone ? [target.id] : []));
    await pods.drain(zone, new Set(ids)).catch((error: Error) => report(error.message));
  }

  #isAway(weights: Weights, zone: string): boolean {
    return this.#args.clusters.some((arn) => weights[arn]?.[zone] === 0);
  }
}
