import type { SoftFault } from "../faults.ts";
import type { Pod } from "./pod.ts";
import type { Zone } from "./zone.ts";

/**
 * Has pods of a zone do something; what can't answer now learns of it when it starts, or when its zone is healed.
 * Rejects naming those that didn't do it.
 */
export async function tell(zone: Zone, pods: Pod[], act: (pod: Pod) => Promise<void>): Promise<void> {
  const asked = zone.frozen || zone.killed ? [] : pods;
  const results = await Promise.allSettled(asked.map(act));
  const refused = results.flatMap((result, index) =>
    result.status === "rejected" ? [`${asked[index]?.name}: ${result.reason.message}`] : [],
  );
  if (refused.length > 0)
    throw new Error(`Pods of ${zone.name} did not do as they were asked:\n${refused.join("\n")}`);
}

/** Throws where a fault names a service or a pod that isn't among the zone's pods. */
export function checkPart(zone: Zone, pods: Pod[], { service, pod }: SoftFault): void {
  const known = pods.map((one) => (pod === undefined ? one.workload.name : one.name));
  const wanted = pod ?? service;
  if (wanted === undefined || known.includes(wanted)) return;
  const what = pod === undefined ? "no pod of a service" : "no pod";
  const there = [...new Set(known)].sort().join(", ") || "none";
  throw new Error(`zone ${zone.name} has ${what} ${wanted}; it has ${there}`);
}
