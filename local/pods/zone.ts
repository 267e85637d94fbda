import type { SoftFault } from "../faults.ts";

/** Latency and failures that a pod puts on its own requests. */
export interface PodFault {
  latencyMs: number;
  /** 0 to 1. */
  errorShare: number;
}

/** A pod's latency is at most this, in milliseconds. */
const MAX_LATENCY_MS = 60_000;

/** What a zone's faults come to in one of its pods; null where none is its. */
export function faultOf(
  { faults }: Zone,
  pod: { name: string; workload: { name: string } },
): PodFault | null {
  const own = faults.filter(
    ({ service = pod.workload.name, pod: name = pod.name, direction }) =>
      service === pod.workload.name && name === pod.name && direction === undefined,
  );
  if (own.length === 0) return null;
  const latencyMs = own.reduce((sum, fault) => sum + (fault.latencyMs ?? 0), 0);
  const passing = own.reduce((share, fault) => share * (1 - (fault.errorShare ?? 0)), 1);
  return { latencyMs: Math.min(MAX_LATENCY_MS, latencyMs), errorShare: 1 - passing };
}

/** A zone as the scheduler sees it. */
export interface Zone {
  /** The account's name, e.g. `ap-southeast-2a`. */
  readonly name: string;
  /** The physical zone, e.g. `apse2-az1`. */
  readonly id: string;
  readonly nodeName: string;
  /** Its processes were killed and it takes no new ones until healed. */
  killed: boolean;
  /** Its processes are stopped, and so is what starts in it. */
  frozen: boolean;
  /** Whether its node's lease is being renewed. */
  nodeReady: boolean;
  /** A zonal shift of the cluster keeps new pods away; those that are there go on. */
  cordoned: boolean;
  /** Slow and failing parts. */
  faults: readonly SoftFault[];
}

/** Healthy zones with their nodes. */
export function makeZones(zones: readonly { name: string; id: string }[]): Zone[] {
  return zones.map(({ name, id }) => ({
    ...{ name, id, nodeName: `node-${name}` },
    ...{ killed: false, frozen: false, nodeReady: true, cordoned: false, faults: [] },
  }));
}

/** The zone with this name or id. Throws naming those that there are. */
export function findZone(zones: readonly Zone[], name: string): Zone {
  const zone = zones.find((one) => one.name === name || one.id === name);
  if (zone) return zone;
  const known = zones.map(({ name, id }) => `${name} (${id})`).join(", ");
  throw new Error(`There is no zone ${name}; use one of ${known}`);
}

/** Whether new pods may be placed there. */
export function isLive(zone: Zone): boolean {
  return !zone.killed && !zone.frozen && zone.nodeReady && !zone.cordoned;
}
