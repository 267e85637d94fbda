import type { PolicyResource } from "@pulumi/policy";
import { leadsTo, ofType, read, stackRule, UNKNOWN } from "../shared/index.ts";

const VPCS = ["aws:ec2/vpc:Vpc", "aws:ec2/defaultVpc:DefaultVpc", "awsx:ec2:Vpc", "aws-native:ec2:VPC"];
const FLOW_LOGS = ["aws:ec2/flowLog:FlowLog", "aws-native:ec2:FlowLog"];

/**
 * Who talked to whom is known afterwards. The trail and the threat detection are the account's, not a stack's: the stack
 * that has them is judged by `logs-kept`.
 */
export const flowLogs = stackRule({
  name: "flow-logs",
  description: "Each network that a stack makes has a flow log of all its traffic.",
  severity: "high",
  verdict: "leaves no record of who talked to whom",
  fix: "Declare a FlowLog with its vpcId, trafficType ALL.",
  judge: ({ resources }) => {
    const logs = ofType(resources, ...FLOW_LOGS).filter(({ props }) =>
      ["ALL", undefined, UNKNOWN].includes(read(props, "trafficType") as string),
    );
    return ofType(resources, ...VPCS)
      .filter((vpc) => !logs.some((log) => isOf(log, vpc)))
      .map((resource) => ({ resource, reason: "it has no flow log of all its traffic" }));
  },
});

/** A component's network is the component's child: either may be what a flow log names. */
function isOf(log: PolicyResource, vpc: PolicyResource): boolean {
  const ids = [read(vpc.props, "vpcId"), read(vpc.props, "id")].filter((id) => typeof id === "string");
  const named = ["vpcId", "resourceId"].some((key) => ids.includes(read(log.props, key) as string));
  const family = [vpc, vpc.parent].filter((one) => one !== undefined && VPCS.includes(one.type));
  return (
    named ||
    family.some((one) => ["vpcId", "resourceId"].some((key) => leadsTo(log, key, one as PolicyResource)))
  );
}
