import type { PolicyResource } from "@pulumi/policy";
import { type Finding, items, leadsTo, ofType, read, stackRule, UNKNOWN } from "../shared/index.ts";

const GROUPS = ["aws:rds/subnetGroup:SubnetGroup", "aws:elasticache/subnetGroup:SubnetGroup"];
const ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation";
const TABLES = ["aws:ec2/routeTable:RouteTable", "aws:ec2/defaultRouteTable:DefaultRouteTable"];
const ROUTE = "aws:ec2/route:Route";

/** The targets of a route that lead to the internet, or to another network or machine that may lead there. */
const WAYS_OUT = [
  ...["gatewayId", "natGatewayId", "egressOnlyGatewayId", "carrierGatewayId", "localGatewayId"],
  ...["transitGatewayId", "vpcPeeringConnectionId", "networkInterfaceId", "instanceId", "coreNetworkArn"],
];
/** All addresses, or large parts of them: no private network has a shorter prefix than /8. */
const OUTSIDE = /(^[^:]*\/[0-7]|\/0)$/;

/** An intruder in the database tier can't send data out. */
export const databaseTierIsolated = stackRule({
  name: "database-tier-isolated",
  description: "No route leads from the subnets of databases and caches to the internet.",
  severity: "critical",
  verdict: "has a way to the internet",
  fix: "Put databases and caches in isolated subnets, whose route table has no default route.",
  judge: ({ resources }) => {
    const groups = ofType(resources, ...GROUPS);
    const open = openSubnets(resources);
    return groups.flatMap((resource) => [
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

function openSubnets(resources: PolicyResource[]): { subnet: PolicyResource; route: PolicyResource }[] {
  const tables = ofType(resources, ...TABLES);
  const routes = [
    ...ofType(resources, ROUTE).filter(({ props }) => leadsOut(props)),
    ...tables.filter(({ props }) => items(read(props, "routes")).some(leadsOut)),
  ];
  return routes.flatMap((route) =>
    tables
      .filter((table) => table === route || leadsTo(route, "routeTableId", table))
      .flatMap((table) =>
        ofType(resources, ASSOCIATION)
          .filter((association) => leadsTo(association, "routeTableId", table))
          .flatMap((association) =>
            ofType(resources, "aws:ec2/subnet:Subnet")
              .filter((subnet) => leadsTo(association, "subnetId", subnet))
              .map((subnet) => ({ subnet, route })),
          ),
      ),
  );
}

function leadsOut(route: unknown): boolean {
  const destinations = ["destinationCidrBlock", "destinationIpv6CidrBlock", "cidrBlock", "ipv6CidrBlock"];
  const everywhere = destinations.some((key) => {
    const block = read(route, key);
    return block === UNKNOWN || (typeof block === "string" && OUTSIDE.test(block));
  });
  return everywhere && WAYS_OUT.some((key) => ![undefined, null, ""].includes(read(route, key) as string));
}

/** The subnets of a group that `awsx.ec2.Vpc` lists as public or private, not as isolated. */
function outside(resource: PolicyResource, vpc: PolicyResource): Finding[] {
  const tier = (name: string) => items(read(vpc.props, `${name}SubnetIds`));
  const wrong = items(read(resource.props, "subnetIds")).flatMap((id) =>
    ["public", "private"].filter((name) => id !== UNKNOWN && tier(name).includes(id)),
  );
  return [...new Set(wrong)].map((name) => ({ resource, reason: `it has ${name} subnets of ${vpc.name}` }));
}
