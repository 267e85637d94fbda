import type { PolicyResource } from "@pulumi/policy";
import {
  display,
  type Finding,
  items,
  leadsTo,
  ofType,
  read,
  resourceRule,
  stackRule,
  subnetExits,
  UNKNOWN,
  unset,
} from "../shared/index.ts";

const ZONES = 3;

/** By resource type, the properties that list a subnet or a zone for each zone. */
const LISTS: Record<string, string[]> = {
  "aws:lb/loadBalancer:LoadBalancer": ["subnets", "subnetMappings"],
  "aws:alb/loadBalancer:LoadBalancer": ["subnets", "subnetMappings"],
  "aws:rds/subnetGroup:SubnetGroup": ["subnetIds"],
  "aws:elasticache/subnetGroup:SubnetGroup": ["subnetIds"],
  "aws:docdb/subnetGroup:SubnetGroup": ["subnetIds"],
  "aws:neptune/subnetGroup:SubnetGroup": ["subnetIds"],
  "aws:memorydb/subnetGroup:SubnetGroup": ["subnetIds"],
  "aws:eks/cluster:Cluster": ["vpcConfig.subnetIds"],
  "eks:index:Cluster": ["privateSubnetIds", "subnetIds"],
  "awsx:ec2:Vpc": ["availabilityZoneNames"],
};

const FIX = "Give it a subnet in each of three availability zones.";

/** Judges what a resource's own inputs say. */
export const threeZones = resourceRule({
  name: "three-zones",
  description: "Networks, load balancers, clusters and subnet groups have a subnet in each of three zones.",
  severity: "high",
  verdict: "is in fewer than three zones",
  fix: FIX,
  judge: ({ type, props }) => {
    const lists = (LISTS[type] ?? []).map((path) => ({ path, value: read(props, ...path.split(".")) }));
    const given = lists.filter(({ value }) => !unset(value));
    const findings = given.flatMap(({ path, value }) => fewer(path, value));
    const needed =
      lists.length > 0 && given.length === 0
        ? [`${lists.map(({ path }) => path).join(" or ")} is unset`]
        : [];
    return [...findings, ...needed, ...(type === "awsx:ec2:Vpc" ? blocks(props) : [])];
  },
});

/** Why a list has less than three; one that isn't known yet is judged in the update. */
function fewer(path: string, list: unknown): string[] {
  if (list === UNKNOWN) return [];
  const different = new Set(
    items(list).map((item, index) => (item === UNKNOWN ? index : JSON.stringify(item))),
  );
  return different.size >= ZONES ? [] : [`${path} has ${different.size} of ${ZONES}`];
}

/** The address blocks of each tier of `awsx.ec2.Vpc`, one for each zone, where the program names them. */
function blocks(props: unknown): string[] {
  return items(read(props, "subnetSpecs")).flatMap((spec, index) => {
    const list = read(spec, "cidrBlocks");
    return unset(list)
      ? []
      : fewer(`subnetSpecs[${index}] (${display(read(spec, "type"))}).cidrBlocks`, list);
  });
}

const SUBNET = "aws:ec2/subnet:Subnet";

/**
 * Judges the subnets of the whole stack, whichever component made them. Their names decide nothing: subnets are of one
 * tier when their route tables lead to the internet in the same way, or when a resource lists them together.
 */
export const threeZonesInEveryTier = stackRule({
  name: "three-zones-in-every-tier",
  description: "Each tier of subnets, and each list of subnets, is in three zones.",
  severity: "high",
  verdict: "is of a tier in fewer than three zones",
  fix: FIX,
  judge: ({ resources }) => [
    ...[...tiers(resources)].flatMap(([tier, subnets]) => tierOf(tier, subnets)),
    ...resources.flatMap((resource) => listed(resource, resources)),
    ...resources.filter(({ type }) => type === "awsx:ec2:Vpc").flatMap(outputsOf),
  ],
});

/** The subnets of each VPC by their way to the internet. */
function tiers(resources: PolicyResource[]): Map<string, PolicyResource[]> {
  const found = new Map<string, PolicyResource[]>();
  for (const { subnet, routed, exits } of subnetExits(resources)) {
    const way = (["public", "private", "other"] as const).find((kind) =>
      exits.some((exit) => exit.kind === kind),
    );
    const vpc = read(subnet.props, "vpcId");
    const tier = `${routed ? (way ?? "isolated") : "unrouted"} of ${typeof vpc === "string" ? vpc : "its network"}`;
    found.set(tier, [...(found.get(tier) ?? []), subnet]);
  }
  return found;
}

const zoneOf = ({ props }: PolicyResource) =>
  read(props, "availabilityZone") ?? read(props, "availabilityZoneId");

function tierOf(tier: string, subnets: PolicyResource[]): Finding[] {
  const zones = subnets.map(zoneOf);
  const known = new Set(zones.filter((zone) => typeof zone === "string"));
  const [resource] = subnets;
  if (!resource || zones.includes(UNKNOWN) || known.size >= ZONES) return [];
  return [{ resource, reason: `tier ${tier} is in ${[...known].join(", ") || "no zone that it names"}` }];
}

/** A resource whose subnets are all of this stack, and in fewer zones than it lists subnets. */
function listed(resource: PolicyResource, resources: PolicyResource[]): Finding[] {
  return (LISTS[resource.type] ?? []).flatMap((path) => {
    const [property = ""] = path.split(".");
    const ids = items(read(resource.props, ...path.split(".")));
    const subnets = ofType(resources, SUBNET).filter((subnet) => leadsTo(resource, property, subnet));
    const zones = new Set(subnets.map(zoneOf));
    if (ids.length < ZONES || subnets.length < ids.length || zones.has(UNKNOWN) || zones.size >= ZONES)
      return [];
    return [{ resource, reason: `${path} are in ${[...zones].join(", ")} alone` }];
  });
}

function outputsOf(resource: PolicyResource): Finding[] {
  return ["publicSubnetIds", "privateSubnetIds", "isolatedSubnetIds"].flatMap((key) => {
    const ids = read(resource.props, key);
    if (unset(ids) || items(ids).length === 0) return [];
    return fewer(key, ids).map((reason) => ({ resource, reason }));
  });
}
