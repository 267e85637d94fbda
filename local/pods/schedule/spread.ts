/** Running pods of one constraint's selector, by zone; a zone that isn't named has none. */
export type Counts = Readonly<Record<string, number>>;

/** A topology spread constraint over zones, with what its selector counts now. */
interface ZoneSpread {
  maxSkew: number;
  /** `DoNotSchedule`, as against `ScheduleAnyway`. */
  hard: boolean;
  /** Whose counts are compared: all zones of the placement, or, with `nodeTaintsPolicy: Honor`, those that are live. */
  domains: readonly string[];
  counts: Counts;
}

export interface Placement {
  /** Every zone that the pod's node selector allows, those too that take no pods now. */
  zones: readonly string[];
  /** Those that take new pods. */
  live: ReadonlySet<string>;
  constraints: readonly ZoneSpread[];
  /** All pods by zone; decides between zones that the constraints hold equal. */
  load: Counts;
}

/** The zone for one more pod, or undefined when no live zone satisfies the hard constraints. */
export function place(placement: Placement): string | undefined {
  const { zones, live, constraints, load } = placement;
  const allowed = zones.filter(
    (zone) =>
      live.has(zone) &&
      constraints.every(
        (one) => !one.hard || at(one.counts, zone) + 1 - least(one.counts, one.domains) <= one.maxSkew,
      ),
  );
  const crowding = (zone: string) => constraints.reduce((sum, one) => sum + at(one.counts, zone), 0);
  return allowed.reduce<string | undefined>((best, zone) => {
    if (best === undefined) return zone;
    const difference = crowding(zone) - crowding(best) || at(load, zone) - at(load, best);
    return difference < 0 ? zone : best;
  }, undefined);
}

/**
 * The next pod to move so that every constraint holds again, or undefined when none needs or can be moved.
 * Kubernetes leaves this to the descheduler's RemovePodsViolatingTopologySpreadConstraint.
 * Only live zones take part: a lost one can neither give nor take.
 */
export function rebalance(placement: Placement): { from: string; to: string } | undefined {
  const zones = placement.zones.filter((zone) => placement.live.has(zone));
  for (const { counts, maxSkew } of placement.constraints) {
    const sorted = [...zones].sort((a, b) => at(counts, a) - at(counts, b));
    const [to, from] = [sorted[0], sorted.at(-1)];
    if (to !== undefined && from !== undefined && at(counts, from) - at(counts, to) > maxSkew)
      return { from, to };
  }
  return undefined;
}

function least(counts: Counts, zones: readonly string[]): number {
  return Math.min(...zones.map((zone) => at(counts, zone)));
}

function at(counts: Counts, zone: string): number {
  return counts[zone] ?? 0;
}
