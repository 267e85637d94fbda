import type { Pod } from "../pod.ts";
import type { Workload } from "../spec/index.ts";
import { isLive, type Zone } from "../zone.ts";
import { type Counts, type Placement, rebalance } from "./spread.ts";

const zoneKey = "topology.kubernetes.io/zone";

/**
 * What decides where a workload's next pod goes: its spread constraints over zones and its node selector's zone.
 * Each zone is one node here. Leaves out resources, affinity, tolerations, and constraints over other topologies: a
 * constraint over hosts would be one over zones here, which is more than it asks for.
 */
export function placement(workload: Workload, zones: readonly Zone[], pods: Iterable<Pod>): Placement {
  const { topologySpreadConstraints, nodeSelector } = workload.template.spec;
  const placed = [...pods].filter((pod) => pod.zone && !pod.terminating);
  const eligible = zones.filter(({ name }) => (nodeSelector[zoneKey] ?? name) === name);
  const names = eligible.map(({ name }) => name);
  // A node that is cordoned or not ready has a taint, which no pod of the platform tolerates.
  const untainted = eligible.filter(isLive).map(({ name }) => name);
  return {
    zones: names,
    live: new Set(untainted),
    constraints: topologySpreadConstraints
      .filter(({ topologyKey }) => topologyKey === zoneKey)
      .map(({ maxSkew, whenUnsatisfiable, labelSelector, nodeTaintsPolicy }) => ({
        maxSkew,
        hard: whenUnsatisfiable === "DoNotSchedule",
        domains: nodeTaintsPolicy === "Honor" ? untainted : names,
        counts: count(
          placed.filter(
            (pod) => pod.workload.namespace === workload.namespace && selects(labelSelector, pod),
          ),
        ),
      })),
    load: count(placed),
  };
}

/** The pod to move, and where to, so that the workload is spread as it asks. */
export function move(
  workload: Workload,
  zones: readonly Zone[],
  all: Iterable<Pod>,
  own: Iterable<Pod>,
): { victim: Pod; to: Zone } | undefined {
  const step = rebalance(placement(workload, zones, all));
  const to = zones.find(({ name }) => name === step?.to);
  const victim = [...own].find((pod) => pod.zone?.name === step?.from && !pod.terminating);
  return victim && to && { victim, to };
}

/** Why a pod waits, in words. */
export function unschedulable({ zones, live }: Placement): string {
  const lost = zones.filter((zone) => !live.has(zone));
  const why =
    live.size === 0 ? "no zone takes new pods" : "its spread constraints (DoNotSchedule) leave it no zone";
  return lost.length === 0 ? why : `${why}; lost: ${lost.join(", ")}`;
}

function selects({ matchLabels }: { matchLabels: Record<string, string> }, pod: Pod): boolean {
  return Object.entries(matchLabels).every(([key, value]) => pod.labels[key] === value);
}

function count(pods: Iterable<Pod>): Counts {
  const counts: Record<string, number> = {};
  for (const { zone } of pods) if (zone) counts[zone.name] = (counts[zone.name] ?? 0) + 1;
  return counts;
}
