import { randomInt, randomUUID } from "node:crypto";
import type { Workload } from "../spec/index.ts";

/** What a pod can learn of itself through the downward API. */
export interface PodIdentity {
  name: string;
  namespace: string;
  uid: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  nodeName: string;
  serviceAccountName: string;
}

// Kubernetes's alphabet for generated names: no vowels and nothing that reads like another letter.
const letters = "bcdfghjklmnpqrstvwxz2456789";

/** Matches the end of a generated pod name. */
export const podSuffix = new RegExp(`-[${letters}]{5}$`);

/** A name that no pod had before, e.g. `trading-7xk2p`. */
export function podName(workload: string): string {
  const suffix = Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join("");
  return `${workload}-${suffix}`;
}

/** A pod on a node: Kubernetes copies the node's topology labels to its pods. */
export function identify(workload: Workload, name: string, zone: string, nodeName: string): PodIdentity {
  const { metadata, spec } = workload.template;
  return {
    name,
    namespace: workload.namespace,
    uid: randomUUID(),
    labels: { ...metadata.labels, ...topologyLabels(zone) },
    annotations: metadata.annotations,
    nodeName,
    serviceAccountName: spec.serviceAccountName,
  };
}

/** Labels of a node in this zone; an AWS zone's name is its region's with a letter. */
function topologyLabels(zone: string): Record<string, string> {
  return {
    "topology.kubernetes.io/zone": zone,
    "topology.kubernetes.io/region": zone.replace(/(?<=\d)[a-z]$/, ""),
  };
}

/** The value of a `fieldRef`. Throws for a path that the laptop doesn't know. */
export function field(pod: PodIdentity, path: string): string {
  const keyed = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path);
  if (keyed) return pod[keyed[1] as "labels" | "annotations"][keyed[2] as string] ?? "";
  switch (path) {
    case "metadata.name":
      return pod.name;
    case "metadata.namespace":
      return pod.namespace;
    case "metadata.uid":
      return pod.uid;
    case "spec.nodeName":
      return pod.nodeName;
    case "spec.serviceAccountName":
      return pod.serviceAccountName;
    case "status.podIP":
      return "127.0.0.1";
    default:
      throw new Error(
        `fieldRef ${path} isn't known; use metadata.name, .namespace, .uid, .labels[…], .annotations[…], spec.nodeName, spec.serviceAccountName or status.podIP`,
      );
  }
}
