import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { CALLS, type Config, FIXED, GUARD, SERVICES } from "../../config/index.ts";
import { podLabels, type WorkloadArgs } from "../workload/index.ts";
import type { Platform } from "./platform.ts";

/** Kubernetes' API inside the cluster; on a laptop the supervisor stands for it. */
const API = "https://kubernetes.default.svc";

/** What the zone guard's pods have that other services' pods don't, and how many there are: one in each zone, always. */
export function guardAccess(
  { guard: { mode, source, prometheusUrl }, region }: Config,
  platform: Platform,
): Partial<WorkloadArgs> & Pick<WorkloadArgs, "env"> {
  const { namespace, guarded, database: data } = platform;
  const { zones, arc, database } = guarded;
  const pods = FIXED[GUARD];
  const watched = SERVICES.filter((service) => service !== GUARD);
  const calls = watched.map((caller) => {
    const called = CALLS.filter(([from, to]) => from === caller && to !== GUARD).map(([, to]) => to);
    // By way of the internal balancer, which sends what comes from a zone to that zone.
    return [caller, caller === "web" ? ["gateway"] : called];
  });
  const signals = source === "pods" ? `kubernetes+${API}` : `prometheus+${prometheusUrl}`;
  return {
    ...{ replicas: pods, maxReplicas: pods, scheduledMinimum: false, canary: undefined },
    // Among what is before the services' pods on AWS are their roles there.
    after: [guardRights(platform), ...data.after],
    ...{ serviceAccountToken: true, ownAddress: true },
    env: {
      NAMESPACE: namespace,
      MODE: mode ?? "",
      SIGNALS_URL: signals,
      KUBERNETES_API: API,
      ZONES: pulumi.output(zones).apply((all) => JSON.stringify(all)),
      SERVICES: JSON.stringify(watched),
      CALLS: JSON.stringify(Object.fromEntries(calls)),
      REGION: region,
      ...(arc && {
        ARC_ENDPOINT: arc.endpoint,
        SHIFT_RESOURCES: pulumi.output(arc.resources).apply((all) => JSON.stringify(all)),
      }),
      ...(database && {
        DATABASE_HOST: pulumi.output(database.endpoint).apply(hostOf),
        DATABASE_SUBNETS: JSON.stringify(database.subnets),
        RDS_ENDPOINT: `https://rds.${region}.amazonaws.com`,
      }),
    },
  };
}

/** `host` of `host:port`. */
function hostOf(endpoint: string): string {
  return endpoint.replace(/:\d+$/, "");
}

/** What the guard may do in its namespace: read where pods are, and keep the one lease that says which guard acts. */
function guardRights({ namespace, kubernetes: provider }: Platform): pulumi.Resource {
  const metadata = { name: GUARD, namespace, labels: podLabels(GUARD) };
  const role = new k8s.rbac.v1.Role(
    "guard-role",
    {
      metadata,
      rules: [
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list"] },
        {
          apiGroups: ["coordination.k8s.io"],
          resources: ["leases"],
          resourceNames: [GUARD],
          verbs: ["get", "update"],
        },
        // What is created has no name yet that a rule could hold.
        { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
      ],
    },
    { provider },
  );
  const binding = {
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
    subjects: [{ kind: "ServiceAccount", name: GUARD, namespace }],
  };
  return new k8s.rbac.v1.RoleBinding("guard-role-binding", binding, { provider });
}
