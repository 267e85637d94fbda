import { z } from "zod";
import { type KubectlScope, kubectl, kubectlList } from "../platform/kubectl.ts";
import { type Check, unknown } from "./check.ts";

const DAY_MS = 24 * 3600 * 1000;
/** cert-manager renews at two thirds of a certificate's life; one that ends this soon was not renewed. */
const LEAST_MS = DAY_MS / 24;

const Condition = z.object({ type: z.string(), status: z.string(), message: z.string().optional() });
const Node = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
  spec: z.object({ unschedulable: z.boolean().optional() }).default({}),
  status: z.object({ conditions: z.array(Condition).default([]) }),
});
const Deployment = z.object({
  metadata: z.object({ name: z.string(), generation: z.number().default(0) }),
  spec: z.object({ replicas: z.number().default(1) }),
  status: z.object({
    observedGeneration: z.number().default(0),
    readyReplicas: z.number().default(0),
    updatedReplicas: z.number().default(0),
  }),
});
const Certificate = z.object({
  metadata: z.object({ name: z.string() }),
  status: z.object({ notAfter: z.string().optional(), conditions: z.array(Condition).default([]) }).default({
    conditions: [],
  }),
});

/** The cluster's nodes by zone, the Deployments' rollouts and cert-manager's certificates, as kubectl sees them. */
export async function clusterHealth(scope: KubectlScope): Promise<Check[]> {
  const parts = [
    { kind: "zone", name: "nodes", read: nodes },
    { kind: "rollout", name: "deployments", read: deployments },
    { kind: "certificate", name: "pods", read: certificates },
  ] as const;
  const found = await Promise.all(
    parts.map(({ kind, name, read }) => read(scope).catch((error) => [unknown(kind, name, error)])),
  );
  return found.flat();
}

async function nodes(scope: KubectlScope): Promise<Check[]> {
  const all = z.array(Node).parse(await kubectlList(scope, "nodes"));
  const zoneOf = ({ metadata }: z.infer<typeof Node>) =>
    metadata.labels["topology.kubernetes.io/zone"] ?? "no zone";
  return [...new Set(all.map(zoneOf))].sort().map((zone) => {
    const here = all.filter((node) => zoneOf(node) === zone);
    const isReady = ({ spec, status }: z.infer<typeof Node>) =>
      !spec.unschedulable &&
      status.conditions.some(({ type, status }) => type === "Ready" && status === "True");
    const ready = here.filter(isReady).length;
    const state = ready === here.length ? "ok" : "bad";
    return { kind: "zone", name: zone, zone, state, detail: `${ready} of ${here.length} nodes take pods` };
  });
}

async function deployments(scope: KubectlScope): Promise<Check[]> {
  const all = z.array(Deployment).parse(await kubectlList(scope, "deployments"));
  if (all.length === 0) throw new Error(`namespace ${scope.namespace} has no Deployments`);
  return all.map(({ metadata, spec: { replicas }, status }) => {
    const isDone = status.observedGeneration >= metadata.generation && status.updatedReplicas >= replicas;
    const state = isDone && status.readyReplicas >= replicas ? "ok" : "bad";
    const detail = `${status.readyReplicas} of ${replicas} pods ready${isDone ? "" : `, ${status.updatedReplicas} of the new release`}`;
    return { kind: "rollout", name: metadata.name, state, detail };
  });
}

async function certificates(scope: KubectlScope): Promise<Check[]> {
  const known = await kubectl(scope, ["api-resources", "--api-group=cert-manager.io", "--output=name"]);
  if (!known.includes("certificaterequests")) {
    const detail = "the cluster has no cert-manager; pods speak plain HTTP";
    return [{ kind: "certificate", name: "pods", state: "ok", detail }];
  }
  const all = z.array(Certificate).parse(await kubectlList(scope, "certificates.cert-manager.io"));
  return all.map(({ metadata: { name }, status }) => {
    const ready = status.conditions.find(({ type }) => type === "Ready");
    const left = status.notAfter ? Date.parse(status.notAfter) - Date.now() : 0;
    const state = ready?.status === "True" && left > LEAST_MS ? "ok" : "bad";
    const detail = status.notAfter ? `until ${status.notAfter}` : (ready?.message ?? "not issued yet");
    return { kind: "certificate", name, state, detail };
  });
}
