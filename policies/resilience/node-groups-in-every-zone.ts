import type { PolicyResource } from "@pulumi/policy";
import { type Finding, items, ofType, read, stackRule, UNKNOWN } from "../shared/index.ts";

const COMPONENT = "eks:index:ManagedNodeGroup";
const GROUPS = [COMPONENT, "aws:eks/nodeGroup:NodeGroup"];

/** In a group over several zones EC2 chooses each node's zone: after losing one, all nodes may be in two. */
export const nodeGroupsInEveryZone = stackRule({
  name: "node-groups-in-every-zone",
  description:
    "Every zone of the private subnets has node groups of its own, so that it scales and fails by itself.",
  severity: "high",
  verdict: "leaves a zone's nodes to chance",
  fix: "Give each node group the one private subnet of its zone, and each zone a node group.",
  judge: ({ resources }) => {
    const groups = ofType(resources, ...GROUPS).map((group) => ({ group, subnets: subnetsOf(group) }));
    const used = new Set(groups.flatMap(({ subnets }) => subnets ?? []));
    const known = groups.length > 0 && groups.every(({ subnets }) => subnets !== undefined);
    return [
      ...groups
        .filter(({ subnets }) => subnets !== undefined && subnets.length !== 1)
        .map(({ group, subnets }) => ({ resource: group, reason: `it is in ${subnets?.length} subnets` })),
      ...(known ? ofType(resources, "awsx:ec2:Vpc").flatMap((vpc) => uncovered(vpc, used)) : []),
    ];
  },
});

/** A node group's subnets; undefined while they aren't known, or when they are in the component's child. */
function subnetsOf({ props }: PolicyResource): unknown[] | undefined {
  const list = read(props, "subnetIds") ?? read(props, "nodeGroup", "subnetIds");
  if (list === undefined || list === UNKNOWN || items(list).includes(UNKNOWN)) return undefined;
  return items(list);
}

function uncovered(vpc: PolicyResource, used: Set<unknown>): Finding[] {
  const subnets = items(read(vpc.props, "privateSubnetIds"));
  const missing = subnets.filter((id) => typeof id === "string" && !used.has(id));
  return missing.length === 0 || missing.length === subnets.length
    ? []
    : [{ resource: vpc, reason: `no node group is in ${missing.join(", ")}` }];
}
