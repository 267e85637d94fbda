import type { Outputs } from "../../config/index.ts";
import { type Element, members, query, text, within } from "../aws/index.ts";
import { type Check, unknown } from "./check.ts";

/** The balancers' targets by zone, and the database, as AWS's API has them. */
export async function awsHealth(outputs: Outputs): Promise<Check[]> {
  const { loadBalancers, region } = outputs;
  const parts = [
    ...Object.values(loadBalancers).map((one) => ({
      kind: "targets" as const,
      name: one.name,
      read: () => targets(region, one),
    })),
    { kind: "database" as const, name: outputs.database.name, read: () => database(outputs) },
  ];
  const found = await Promise.all(
    parts.map(({ kind, name, read }) => read().catch((error) => [unknown(kind, name, error)])),
  );
  return found.flat();
}

async function targets(region: string, { arn, name }: { arn: string; name: string }): Promise<Check[]> {
  const ask = (action: string, parameters: Record<string, string>) =>
    query("elasticloadbalancing", region, action, parameters);
  const groups = members(await ask("DescribeTargetGroups", { LoadBalancerArn: arn }), "TargetGroups");
  const answers = await Promise.all(
    groups.map((group) =>
      ask("DescribeTargetHealth", { TargetGroupArn: text(group, "TargetGroupArn") ?? "" }),
    ),
  );
  const all = answers.flatMap((answer) => members(answer, "TargetHealthDescriptions"));
  if (all.length === 0) return [{ kind: "targets", name, state: "bad", detail: "has no target" }];
  const zoneOf = (one: Element) => text(within(one, "Target"), "AvailabilityZone") ?? "no zone";
  const stateOf = (one: Element) => text(within(one, "TargetHealth"), "State") ?? "unknown";
  return [...new Set(all.map(zoneOf))].sort().map((zone) => {
    const here = all.filter((one) => zoneOf(one) === zone).map(stateOf);
    const healthy = here.filter((state) => state === "healthy").length;
    // A target that leaves finishes its requests, and one that comes is looked at first: neither is sick.
    const counted = here.filter((state) => !["draining", "initial"].includes(state)).length;
    const state = healthy > 0 && healthy === counted ? "ok" : "bad";
    return { kind: "targets", name, zone, state, detail: `${healthy} of ${here.length} healthy` };
  });
}

async function database({ database: { endpoint, name }, region }: Outputs): Promise<Check[]> {
  const [identifier = ""] = endpoint.split(".");
  const answer = await query("rds", region, "DescribeDBInstances", { DBInstanceIdentifier: identifier });
  const [found] = members(answer, "DBInstances", "DBInstance");
  if (!found) throw new Error(`RDS knows no instance ${identifier}`);
  const state = text(found, "DBInstanceStatus") ?? "unknown";
  const standby = text(found, "SecondaryAvailabilityZone");
  const zone = text(found, "AvailabilityZone");
  const detail = `${state}, ${standby ? `standby in ${standby}` : "no standby"}`;
  const isOk = ["available", "backing-up", "storage-optimization"].includes(state);
  return [{ kind: "database", name, ...(zone && { zone }), state: isOk ? "ok" : "bad", detail }];
}
