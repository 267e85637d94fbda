/** Latency and failures that pods put on their own requests. */
export interface PodFault {
  latencyMs?: number;
  /** 0 to 1. */
  errorShare?: number;
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
  fault: PodFault | null;
}

/** Healthy zones with their nodes. */
export function makeZones(zones: readonly { name: string; id: string }[]): Zone[] {
  return zones.map(({ name, id }) => ({
    ...{ name, id, nodeName: `node-${name}` },
    ...{ killed: false, frozen: false, nodeReady: true, cordoned: false, fault: null },
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
