import { subnetProblems } from "./components/subnets.ts";
import type { Config } from "./config.ts";

/** What is wrong with one value: the part of a zod issue that is used here. */
export interface Problem {
  path: PropertyKey[];
  message: string;
  code?: string;
  keys?: string[];
}

/** What one key makes necessary in another, as problems. */
export function missing(raw: Record<string, unknown>): Problem[] {
  const demands: [boolean, string, string][] = [
    ["certificateArn" in raw, "domain", "the name that certificateArn is for"],
    ["domain" in raw, "certificateArn", "domain is served over TLS"],
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
 * error lists all. `valid` has the keys whose values hold, defaults included.
 */
export function conflicts(valid: Partial<Config>): Problem[] {
  return [...subnetConflicts(valid), ...layerConflicts(valid), ...scaleConflicts(valid)];
}

function scaleConflicts({ replicas, maxReplicas }: Partial<Config>): Problem[] {
  const fits = replicas === undefined || maxReplicas === undefined || maxReplicas >= replicas;
  return fits ? [] : [{ path: ["maxReplicas"], message: "expected no less than replicas" }];
}

function layerConflicts({ layer, target, foundation }: Partial<Config>): Problem[] {
  return [
    ...(target === "kubernetes" && layer !== undefined && layer !== "whole"
      ? [
          {
            path: ["layer"],
            message: "expected whole, since target kubernetes has no foundation to set apart",
          },
        ]
      : []),
    ...(foundation !== undefined && layer !== undefined && layer !== "applications"
      ? [{ path: ["foundation"], message: "is for layer applications only" }]
      : []),
  ];
}

function subnetConflicts({ cidr, subnets }: Partial<Config>): Problem[] {
  if (cidr === undefined) return [];
  return subnetProblems(cidr, subnets, 3).map(({ path, message }) => ({
    path: ["subnets", ...path],
    message,
  }));
}
