import { namespaceOf } from "./allowed-connections.ts";
import {
  budgetProblem,
  connectionPools,
  IN_CLUSTER_CONNECTIONS,
  maxConnectionsOf,
} from "./connection-budget.ts";
import { versionProblems } from "./model-versions.ts";
import type { Config } from "./schema.ts";
import { subnetProblems } from "./subnets.ts";

/** What is wrong with one value: the part of a zod issue that is used here. */
export interface Problem {
  path: PropertyKey[];
  message: string;
  code?: string;
  keys?: string[];
}

/** Whether a stack is the one that is traded on: `prod`, or a layer of it such as `prod-foundation`. */
function isProduction(stack: string): boolean {
  return stack === "prod" || stack.startsWith("prod-");
}

/** Keys that another key makes necessary and that are missing, as problems. */
export function missing(raw: Record<string, unknown>): Problem[] {
  const demands: [boolean, string, string][] = [
    ["certificateArn" in raw, "domain", "the name that certificateArn is for"],
    ["hostedZoneId" in raw, "domain", "a name in the zone of hostedZoneId"],
    [
      "domain" in raw && !("hostedZoneId" in raw),
      "certificateArn",
      "domain is served over TLS; set the ARN of its certificate, or hostedZoneId to have one made",
    ],
    [raw.target === "kubernetes", "issuer", "target kubernetes has no user pool of its own"],
    [raw.target === "kubernetes", "publicUrl", "target kubernetes has no load balancer of its own"],
    [raw.target === "kubernetes", "databasePassword", "target kubernetes has no Secrets Manager"],
    [raw.layer === "applications", "foundation", "the stack that layer applications stands on"],
  ];
  return demands
    .filter(([applies, key]) => applies && !(key in raw))
    .map(([, key, reason]) => ({ path: [key], message: `missing: ${reason}` }));
}

/**
 * What keys that are right by themselves do to each other, as problems; looked at apart from the schema so that one
 * error lists all. `valid` has the keys whose values hold, defaults included; `stack` is the stack's name.
 */
export function conflicts(valid: Partial<Config>, stack: string): Problem[] {
  return [
    ...layerProblems(valid),
    ...issuerProblems(valid),
    ...splitProblems(valid),
    ...rangeProblems(valid),
    ...replicaProblems(valid),
    ...connectionProblems(valid),
    ...accessProblems(valid),
    ...alarmProblems(valid, stack),
  ];
}

function alarmProblems({ target, layer, alarmEmails }: Partial<Config>, stack: string): Problem[] {
  if (!isProduction(stack) || target !== "aws" || layer === "applications" || alarmEmails?.length !== 0)
    return [];
  const message = "missing: without a recipient nobody learns of a production stack's alarms";
  return [{ path: ["alarmEmails"], message }];
}

/** Said before the first resource is made: the cluster takes a quarter of an hour, and only then would `up` find out. */
function accessProblems({ target, layer, clusterAccess }: Partial<Config>): Problem[] {
  if (target !== "aws" || layer === "applications" || !clusterAccess) return [];
  if (clusterAccess.cidrs.length > 0 || clusterAccess.runner) return [];
  const message =
    "nobody could reach the cluster's API: set clusterAccess.cidrs to the addresses of the machine that deploys, or clusterAccess.runner to true where it is in the VPC and has the security group of output runnerSecurityGroupId";
  return [{ path: ["clusterAccess"], message }];
}

function layerProblems({ layer, target, foundation, delivery }: Partial<Config>): Problem[] {
  if (layer === undefined) return [];
  const rules: [boolean, string[], string][] = [
    [
      target !== "kubernetes" || layer === "whole",
      ["layer"],
      "expected whole, since target kubernetes has no foundation to set apart",
    ],
    [foundation === undefined || layer === "applications", ["foundation"], "is for layer applications only"],
    [
      delivery?.gitOps === undefined || layer === "foundation",
      ["delivery", "gitOps"],
      "is for layer foundation only: here the program deploys the applications itself",
    ],
  ];
  return rules.filter(([holds]) => !holds).map(([, path, message]) => ({ path, message }));
}

function splitProblems({ delivery }: Partial<Config>): Problem[] {
  const versions = delivery?.modelSplit?.versions;
  if (!versions) return [];
  return versionProblems(versions).map(({ path, message }) => ({
    path: ["delivery", "modelSplit", "versions", ...path],
    message,
  }));
}

/** Network policies refuse connections to other pods in the platform's namespace. */
function issuerProblems({ issuer, namespace }: Partial<Config>): Problem[] {
  if (!issuer || !namespace || namespaceOf(new URL(issuer.url).hostname) !== namespace) return [];
  const message = `expected an issuer outside namespace ${namespace}, where no pod but the platform's own is reached`;
  return [{ path: ["issuer", "url"], message }];
}

function rangeProblems({ cidr, subnets }: Partial<Config>): Problem[] {
  if (cidr === undefined) return [];
  return subnetProblems(cidr, subnets, 3).map(({ path, message }) => ({
    path: ["subnets", ...path],
    message,
  }));
}

function replicaProblems({ replicas = 0, maxReplicas = replicas }: Partial<Config>): Problem[] {
  return maxReplicas >= replicas
    ? []
    : [{ path: ["maxReplicas"], message: `expected no less than replicas, ${replicas}` }];
}

function connectionProblems({
  target,
  replicas,
  maxReplicas,
  database,
  delivery,
}: Partial<Config>): Problem[] {
  if (replicas === undefined || database === undefined) return [];
  const { instanceClass } = database;
  const usual = target === "kubernetes" ? IN_CLUSTER_CONNECTIONS : maxConnectionsOf(instanceClass);
  const most = database.maxConnections ?? usual;
  if (most === undefined) {
    const message = `missing: the memory of ${instanceClass}, by which RDS would choose, isn't known here`;
    return [{ path: ["database", "maxConnections"], message }];
  }
  const message = budgetProblem(most, connectionPools({ replicas, maxReplicas, database, delivery }));
  const path = ["database", ...(database.pooler ? ["pooler", "connections"] : ["poolSize"])];
  return message ? [{ path, message }] : [];
}
