import type { PolicyResource } from "@pulumi/policy";
import {
  type Finding,
  items,
  leadsTo,
  ofType,
  read,
  stackRule,
  subnetExits,
  UNKNOWN,
} from "../shared/index.ts";

/** Subnet groups of databases and caches. */
const GROUPS = [
  "aws:rds/subnetGroup:SubnetGroup",
  "aws:docdb/subnetGroup:SubnetGroup",
  "aws:neptune/subnetGroup:SubnetGroup",
  "aws:redshift/subnetGroup:SubnetGroup",
  "aws:elasticache/subnetGroup:SubnetGroup",
  "aws:memorydb/subnetGroup:SubnetGroup",
  "aws:dax/subnetGroup:SubnetGroup",
];

/** An intruder in the database tier can't send data out. */
export const databaseTierIsolated = stackRule({
  name: "database-tier-isolated",
  description: "No route leads from the subnets of databases and caches to the internet.",
  severity: "critical",
  verdict: "has a way to the internet",
  fix: "Put databases and caches in isolated subnets, whose route table has no default route.",
  judge: ({ resources }) => {
    const open = subnetExits(resources).flatMap(({ subnet, exits }) =>
      exits.map(({ route }) => ({ subnet, route })),
    );
    return ofType(resources, ...GROUPS).flatMap((resource) => [
      ...open
        .filter(({ subnet }) => leadsToOne(resource, subnet))
        .map(({ subnet, route }) => ({
          resource,
          reason: `${route.name} leads out of its subnet ${subnet.name}`,
        })),
      ...ofType(resources, "awsx:ec2:Vpc").flatMap((vpc) => outside(resource, vpc)),
    ]);
  },
});

/** While a preview doesn't know a group's subnets, it depends on all that its network made, which decides nothing. */
function leadsToOne(group: PolicyResource, subnet: PolicyResource): boolean {
  return read(group.props, "subnetIds") !== UNKNOWN && leadsTo(group, "subnetIds", subnet);
}

/** The subnets of a group that `awsx.ec2.Vpc` lists as public or private, not as isolated. */
function outside(resource: PolicyResource, vpc: PolicyResource): Finding[] {
  const tier = (name: string) => items(read(vpc.props, `${name}SubnetIds`));
  const wrong = items(read(resource.props, "subnetIds")).flatMap((id) =>
    ["public", "private"].filter((name) => id !== UNKNOWN && tier(name).includes(id)),
  );
  return [...new Set(wrong)].map((name) => ({ resource, reason: `it has ${name} subnets of ${vpc.name}` }));
}
