import * as pulumi from "@pulumi/pulumi";
import {
  ADMIN_PORT,
  type Config,
  type Connection,
  callConnections,
  guardConnections,
  MIGRATIONS,
  POOLER,
  PRE_SCALING,
  pods,
  poolerConnections,
  ROTATION,
  SERVICES,
} from "../../config/index.ts";
import { NetworkPolicies } from "../workload/index.ts";
import type { Platform } from "./platform.ts";

/** Namespace of Prometheus, which scrapes the services. */
const MONITORING = "monitoring";

/** A policy for every kind of pod in the namespace: the platform's connections, and those among the services. */
export function networkPolicies(config: Config, platform: Platform): NetworkPolicies {
  const pooled = config.database.pooler !== undefined;
  const echoes = config.echoes?.names ?? [];
  const connections = pulumi.output(platform.allowedConnections).apply((outer) => {
    checkPooler(outer, pooled);
    return [...outer, ...innerConnections(echoes), ...(pooled ? poolerConnections(SERVICES) : [])];
  });
  const rotated = platform.rotation ? [ROTATION] : [];
  const names = [...SERVICES, ...echoes, MIGRATIONS, PRE_SCALING, ...rotated, ...(pooled ? [POOLER] : [])];
  return new NetworkPolicies(
    "network-policies",
    { namespace: platform.namespace, pods: [...names, ...(platform.otherPods ?? [])], connections },
    { provider: platform.kubernetes },
  );
}

/** The connections inside the cluster, which are the same wherever it runs. */
function innerConnections(echoes: readonly string[]): Connection[] {
  const scraped = [...SERVICES, ...echoes].map((service) => ({
    from: { namespace: MONITORING },
    to: pods(service),
    ports: [ADMIN_PORT],
  }));
  return [...callConnections(), ...guardConnections(), ...scraped];
}

/** In layers, both must have the pooler: its connection to the database and its role are the foundation's. */
function checkPooler(connections: Connection[], pooled: boolean): void {
  const known = connections.some(({ from }) => "pods" in from && from.pods === POOLER);
  if (known === pooled) return;
  throw new Error(
    `database.pooler is set in ${known ? "the foundation's stack" : "this stack"} alone; set the same in both, and update the foundation's first`,
  );
}
