import type { PolicyResource, StackValidationArgs } from "@pulumi/policy";
import { type Check, type Finding, leadsTo, ofType, read, unset } from "../shared/index.ts";
import { all, atLeast, different, either, is, isIfSet, when } from "./checks.ts";

/** Read replicas are left out: their source is what must have a standby. */
const isNoReplica = (props: unknown) => unset(read(props, "replicateSourceDb"));
const isMemcached = (props: unknown) => read(props, "engine") === "memcached";
const isOfGroup = (props: unknown) => !unset(read(props, "replicationGroupId"));

/** Two named zones or more, or none: Aurora, DocumentDB and Neptune then choose three. */
const zones: Check = when(
  (props) => !unset(read(props, "availabilityZones")),
  different("availabilityZones", 2),
);

const search: Check = either(
  is("clusterConfig.multiAzWithStandbyEnabled", true),
  all(is("clusterConfig.zoneAwarenessEnabled", true), atLeast("clusterConfig.instanceCount", 2, 1)),
);

/** By type, what gives it a standby in another zone. What AWS spreads by itself (DynamoDB, Keyspaces, S3) isn't named. */
export const STANDBYS: Record<string, Check> = {
  "aws:rds/instance:Instance": when(isNoReplica, is("multiAz", true)),
  "aws:rds/cluster:Cluster": zones,
  "aws:docdb/cluster:Cluster": zones,
  "aws:neptune/cluster:Cluster": zones,
  "aws:neptunegraph/graph:Graph": isIfSet("replicaCount", 1, 2),
  "aws:elasticache/replicationGroup:ReplicationGroup": all(
    is("multiAzEnabled", true),
    is("automaticFailoverEnabled", true),
  ),
  "aws:elasticache/cluster:Cluster": (props) => {
    if (isOfGroup(props)) return [];
    if (isMemcached(props)) return all(is("azMode", "cross-az"), atLeast("numCacheNodes", 2))(props);
    return ["it is one node without a replication group"];
  },
  "aws:memorydb/cluster:Cluster": atLeast("numReplicasPerShard", 1, 1),
  "aws:redshift/cluster:Cluster": either(
    // The provider has it as a text.
    is("multiAz", true, "true"),
    is("availabilityZoneRelocationEnabled", true),
  ),
  "aws:mq/broker:Broker": is("deploymentMode", "ACTIVE_STANDBY_MULTI_AZ", "CLUSTER_MULTI_AZ"),
  "aws:msk/cluster:Cluster": different("brokerNodeGroupInfo.clientSubnets", 2),
  "aws:opensearch/domain:Domain": search,
  "aws:elasticsearch/domain:Domain": search,
  "aws:opensearch/serverlessCollection:ServerlessCollection": isIfSet("standbyReplicas", "ENABLED"),
  "aws:efs/fileSystem:FileSystem": (props) =>
    unset(read(props, "availabilityZoneName")) ? [] : ["availabilityZoneName keeps it in one zone"],
  "aws:fsx/windowsFileSystem:WindowsFileSystem": is("deploymentType", "MULTI_AZ_1"),
  "aws:fsx/ontapFileSystem:OntapFileSystem": is("deploymentType", "MULTI_AZ_1", "MULTI_AZ_2"),
  "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": is("deploymentType", "MULTI_AZ_1"),
  "aws:timestreaminfluxdb/dbInstance:DbInstance": is("deploymentType", "WITH_MULTIAZ_STANDBY"),
  "aws:timestreaminfluxdb/dbCluster:DbCluster": isIfSet("deploymentType", "MULTI_NODE_READ_REPLICAS"),
};

/** By the type of a cluster whose storage is in three zones, the type of the instances that answer for it. */
const INSTANCES: Record<string, string> = {
  "aws:rds/cluster:Cluster": "aws:rds/clusterInstance:ClusterInstance",
  "aws:docdb/cluster:Cluster": "aws:docdb/clusterInstance:ClusterInstance",
  "aws:neptune/cluster:Cluster": "aws:neptune/clusterInstance:ClusterInstance",
};

/** Clusters with a single instance: another stack may have them all, but not one of two. */
export function standbysOfStack({ resources }: StackValidationArgs): Finding[] {
  return resources.flatMap((cluster) => {
    const instances = ofType(resources, INSTANCES[cluster.type] ?? "").filter((one) => isOf(one, cluster));
    return instances.length === 1
      ? [{ resource: cluster, reason: "it has a single instance" }]
      : aligned(cluster, instances);
  });
}

function isOf(instance: PolicyResource, cluster: PolicyResource): boolean {
  const named = read(instance.props, "clusterIdentifier");
  return (
    leadsTo(instance, "clusterIdentifier", cluster) ||
    (typeof named === "string" && named === read(cluster.props, "clusterIdentifier"))
  );
}

/** Instances that are all put into one zone. */
function aligned(cluster: PolicyResource, instances: PolicyResource[]): Finding[] {
  const [first, ...others] = instances.map(({ props }) => read(props, "availabilityZone"));
  const isOne = typeof first === "string" && others.length > 0 && others.every((zone) => zone === first);
  return isOne ? [{ resource: cluster, reason: `its instances are all in ${first}` }] : [];
}
