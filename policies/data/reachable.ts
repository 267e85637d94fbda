import { type Check, coversTheWorld, display, items, read, UNKNOWN, unset } from "../shared/index.ts";

/** A setting that opens a data store to the internet unless it has one of the right values. */
const closed =
  (path: string, right: unknown[]): Check =>
  (props) => {
    const value = read(props, ...path.split("."));
    return unset(value) || right.includes(value) ? [] : [`${path} is ${display(value)}`];
  };

/** A property that names the subnets; without it they are the default VPC's, which are public. */
const placedBy =
  (property: string, ...sources: string[]): Check =>
  (props) =>
    [property, ...sources].every((key) => unset(read(props, key)))
      ? [`${property} is unset, so that it would be in the default VPC's public subnets`]
      : [];

/** A search domain without a VPC has its endpoint on the internet. */
const inVpc: Check = (props) =>
  unset(read(props, "vpcOptions")) ? ["vpcOptions is unset, so that its endpoint is on the internet"] : [];

/** EKS's endpoint is public by default, to every address. */
const endpoint =
  (...path: string[]): Check =>
  (props) => {
    const settings = read(props, ...path);
    if (read(settings, "endpointPublicAccess") === false) return [];
    const ranges = items(read(settings, "publicAccessCidrs"));
    if (ranges.length === 0) return ["the cluster's public endpoint is open, and publicAccessCidrs unset"];
    return coversTheWorld(ranges) ? [`publicAccessCidrs has ${ranges.map(display).join(", ")}`] : [];
  };

/** A network policy of OpenSearch Serverless: JSON, a list of rules. */
const serverlessNetwork: Check = (props) => {
  const policy = read(props, "policy");
  const open = typeof policy === "string" && /"AllowFromPublic"\s*:\s*true/.test(policy);
  return read(props, "type") === "network" && (open || policy === UNKNOWN)
    ? ["its policy has AllowFromPublic"]
    : [];
};

/** By type, what would make a database, cache, broker or cluster reachable from the internet. */
const CHECKS: Record<string, Check[]> = {
  "aws:docdb/cluster:Cluster": [placedBy("dbSubnetGroupName")],
  "aws:dax/cluster:Cluster": [placedBy("subnetGroupName")],
  "aws:eks/cluster:Cluster": [endpoint("vpcConfig")],
  "aws:elasticsearch/domain:Domain": [inVpc],
  "aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration": [
    closed("blockPublicSecurityGroupRules", [true]),
  ],
  "aws:memorydb/cluster:Cluster": [placedBy("subnetGroupName")],
  "aws:msk/cluster:Cluster": [closed("brokerNodeGroupInfo.connectivityInfo.publicAccess.type", ["DISABLED"])],
  "aws:mwaa/environment:Environment": [closed("webserverAccessMode", ["PRIVATE_ONLY"])],
  "aws:neptune/cluster:Cluster": [placedBy("neptuneSubnetGroupName", "replicationSourceIdentifier")],
  "aws:opensearch/domain:Domain": [inVpc],
  "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy": [serverlessNetwork],
  "aws:rds/cluster:Cluster": [placedBy("dbSubnetGroupName", "replicationSourceIdentifier")],
  "aws:rds/instance:Instance": [placedBy("dbSubnetGroupName", "replicateSourceDb")],
  "aws:redshift/cluster:Cluster": [placedBy("clusterSubnetGroupName")],
  "aws:sagemaker/domain:Domain": [closed("appNetworkAccessType", ["VpcOnly"])],
  "aws:sagemaker/notebookInstance:NotebookInstance": [closed("directInternetAccess", ["Disabled"])],
  "eks:index:Cluster": [endpoint()],
};

/** How the internet would reach a resource; `publiclyAccessible` says it of several types. */
export function reachable(type: string, props: unknown): string[] {
  return [closed("publiclyAccessible", [false]), ...(CHECKS[type] ?? [])].flatMap((check) => check(props));
}
