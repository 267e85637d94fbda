import type { PolicyResource } from "@pulumi/policy";
import { coversTheWorld } from "./addresses.ts";
import { prefixListRanges } from "./prefix-lists.ts";
import { leadsTo, ofType } from "./rule.ts";
import { items, read, UNKNOWN, unset } from "./values.ts";

const ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation";
const MAIN = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation";
const DEFAULT = "aws:ec2/defaultRouteTable:DefaultRouteTable";
const ROUTE = "aws:ec2/route:Route";
const SUBNET = "aws:ec2/subnet:Subnet";
const VPCS = ["aws:ec2/vpc:Vpc", "aws:ec2/defaultVpc:DefaultVpc"];

/** How a subnet reaches the internet: by a gateway that lets it in too, by one that only lets out, or by a detour. */
type ExitKind = "public" | "private" | "other";

/** The targets of a route that lead to the internet, or to another network or machine that may lead there. */
const TARGETS: Record<string, ExitKind> = {
  gatewayId: "public",
  carrierGatewayId: "public",
  natGatewayId: "private",
  egressOnlyGatewayId: "private",
  localGatewayId: "other",
  transitGatewayId: "other",
  vpcPeeringConnectionId: "other",
  networkInterfaceId: "other",
  instanceId: "other",
  coreNetworkArn: "other",
  vpcEndpointId: "other",
  odbNetworkArn: "other",
};

const DESTINATIONS = ["destinationCidrBlock", "destinationIpv6CidrBlock", "cidrBlock", "ipv6CidrBlock"];

interface Exit {
  kind: ExitKind;
  /** The route, or the table that has it. */
  route: PolicyResource;
}

interface Route extends Exit {
  ranges: unknown[];
}

/** The subnets of a stack, each with its ways to the internet; `routed` is false where no route table is known. */
export function subnetExits(
  resources: PolicyResource[],
): { subnet: PolicyResource; routed: boolean; exits: Exit[] }[] {
  const tables = ofType(resources, "aws:ec2/routeTable:RouteTable", DEFAULT);
  const exits = new Map(tables.map((table) => [table, exitsOf(table, resources)]));
  const made = ofType(resources, SUBNET).map((subnet) => {
    const own = tablesOf(subnet, tables, resources);
    return { subnet, routed: own.length > 0, exits: own.flatMap((table) => exits.get(table) ?? []) };
  });
  // AWS makes the subnets of an account's default network public.
  const given = ofType(resources, "aws:ec2/defaultSubnet:DefaultSubnet").map((subnet) => {
    const exit: Exit = { kind: "public", route: subnet };
    return { subnet, routed: true, exits: [exit] };
  });
  return [...made, ...given];
}

/** The tables that a subnet is associated with, else the main table of its VPC. */
function tablesOf(
  subnet: PolicyResource,
  tables: PolicyResource[],
  resources: PolicyResource[],
): PolicyResource[] {
  const associations = ofType(resources, ASSOCIATION).filter((one) => leadsTo(one, "subnetId", subnet));
  if (associations.length > 0)
    return tables.filter((table) => associations.some((one) => leadsTo(one, "routeTableId", table)));
  const vpcs = ofType(resources, ...VPCS).filter((vpc) => leadsTo(subnet, "vpcId", vpc));
  const mains = ofType(resources, MAIN).filter(
    (main) => sameVpc(main, subnet) || vpcs.some((vpc) => leadsTo(main, "vpcId", vpc)),
  );
  if (mains.length > 0)
    return tables.filter((table) => mains.some((one) => leadsTo(one, "routeTableId", table)));
  return tables.filter(
    (table) =>
      table.type === DEFAULT &&
      vpcs.some(({ urn, props }) => {
        const id = read(table.props, "defaultRouteTableId");
        const known = typeof id === "string" && id === read(props, "defaultRouteTableId");
        return known || (table.propertyDependencies.defaultRouteTableId ?? []).some((one) => one.urn === urn);
      }),
  );
}

function sameVpc(one: PolicyResource, other: PolicyResource): boolean {
  const id = read(one.props, "vpcId");
  return typeof id === "string" && id === read(other.props, "vpcId");
}

/** The routes of a table that lead to the internet, each by itself or all together. */
function exitsOf(table: PolicyResource, resources: PolicyResource[]): Route[] {
  const inline = items(read(table.props, "routes")).flatMap((route) =>
    leaving(route, table, "routes", resources),
  );
  const others = ofType(resources, ROUTE)
    .filter((route) => leadsTo(route, "routeTableId", table))
    .flatMap((route) => leaving(route.props, route, "destinationPrefixListId", resources));
  const routes = [...inline, ...others];
  const wide = routes.filter(({ ranges }) => coversTheWorld(ranges));
  if (wide.length > 0) return wide;
  return coversTheWorld(routes.flatMap(({ ranges }) => ranges)) ? routes : [];
}

/** A route that leaves the network, with its destination's ranges. */
function leaving(
  route: unknown,
  owner: PolicyResource,
  property: string,
  resources: PolicyResource[],
): Route[] {
  const key = Object.keys(TARGETS).find((target) => {
    const value = read(route, target);
    return !unset(value) && value !== "" && value !== "local";
  });
  if (key === undefined) return [];
  const list = read(route, "destinationPrefixListId");
  // A gateway endpoint's own routes have AWS's list of that service's addresses.
  const lists = unset(list) || list === "" || key === "vpcEndpointId" ? [] : [list];
  const ranges = [
    ...DESTINATIONS.map((name) => read(route, name)).filter((range) => !unset(range) && range !== ""),
    ...prefixListRanges({ resources, config: {} }, owner, property, lists),
  ];
  return [{ kind: kindOf(key, read(route, key)), route: owner, ranges }];
}

/** Of gateways by `gatewayId`, only an internet gateway lets the internet in. */
function kindOf(key: string, target: unknown): ExitKind {
  const other = key === "gatewayId" && target !== UNKNOWN && /^(vgw|vpce|eigw)-/.test(String(target));
  return other ? "other" : (TARGETS[key] ?? "other");
}
