import { type Check, display, entries, items, read, resourceRule, UNKNOWN, unset } from "../shared/index.ts";

const isTrue = (value: unknown) => value === true || value === "true";

/** A setting that must be true; unset means false. */
const on =
  (...path: string[]): Check =>
  (props) =>
    isTrue(read(props, ...path)) ? [] : [`${path.join(".")} is ${display(read(props, ...path))}`];

/** A setting that is true unless it is set. */
const defaultsOn =
  (...path: string[]): Check =>
  (props) =>
    unset(read(props, ...path)) ? [] : on(...path)(props);

/** Of what is copied from another, which says whether it is encrypted. */
const unlessCopied =
  (source: string, check: Check): Check =>
  (props) =>
    unset(read(props, source)) ? check(props) : [];

/** A key that must be named; it may be unknown in a preview, which creates it. */
const keyed =
  (...path: string[]): Check =>
  (props) => {
    const key = read(props, ...path);
    return unset(key) || key === "" ? [`${path.join(".")} is unset`] : [];
  };

const either =
  (...checks: Check[]): Check =>
  (props) => {
    const findings = checks.map((check) => check(props));
    return findings.some((found) => found.length === 0) ? [] : findings.flat();
  };

/** The volumes of a launch template. One that it doesn't list has the account's default, which may be unencrypted. */
const blockDevices: Check = (props) => {
  const devices = read(props, "blockDeviceMappings");
  if (devices === UNKNOWN) return ["blockDeviceMappings is not known in a preview"];
  const volumes = items(devices).filter((device) => read(device, "ebs") !== undefined);
  if (volumes.length === 0) return ["blockDeviceMappings says nothing of its volumes"];
  return items(devices).flatMap((device, index) => {
    const volume = read(device, "ebs");
    if (unset(volume)) return [];
    const encrypted = read(volume, "encrypted");
    return isTrue(encrypted) ? [] : [`blockDeviceMappings[${index}].ebs.encrypted is ${display(encrypted)}`];
  });
};

const instanceVolumes: Check = (props) => [
  ...on("rootBlockDevice", "encrypted")(props),
  ...items(read(props, "ebsBlockDevices")).flatMap((device, index) =>
    on("encrypted")(device).map((finding) => `ebsBlockDevices[${index}].${finding}`),
  ),
];

const eksSecrets: Check = (props) => [
  ...keyed("encryptionConfig", "provider", "keyArn")(props),
  ...(items(read(props, "encryptionConfig", "resources")).includes("secrets")
    ? []
    : ["encryptionConfig.resources doesn't have secrets"]),
];

const bucketDefault: Check = (props) =>
  items(read(props, "rules")).flatMap((rule, index) => {
    const algorithm = read(rule, "applyServerSideEncryptionByDefault", "sseAlgorithm");
    return unset(algorithm) ? [`rules[${index}] has no sseAlgorithm`] : [];
  });

const storageClass: Check = (props) => {
  if (!/ebs\.csi\./.test(String(read(props, "provisioner")))) return [];
  return on("parameters", "encrypted")(props);
};

/** Without a launch template the nodes' volumes have the account's default, which may be unencrypted. */
const template: Check = (props) =>
  entries(read(props, "launchTemplate")).length > 0 || read(props, "launchTemplate") === UNKNOWN
    ? []
    : ["launchTemplate, which would encrypt the nodes' volumes, is unset"];

const CHECKS: Record<string, Check> = {
  "aws:rds/instance:Instance": unlessCopied("replicateSourceDb", on("storageEncrypted")),
  "aws:rds/cluster:Cluster": on("storageEncrypted"),
  "aws:rds/globalCluster:GlobalCluster": unlessCopied("sourceDbClusterIdentifier", on("storageEncrypted")),
  "aws:docdb/cluster:Cluster": on("storageEncrypted"),
  "aws:docdb/globalCluster:GlobalCluster": unlessCopied("sourceDbClusterIdentifier", on("storageEncrypted")),
  "aws:neptune/cluster:Cluster": on("storageEncrypted"),
  "aws:neptune/globalCluster:GlobalCluster": unlessCopied(
    "sourceDbClusterIdentifier",
    on("storageEncrypted"),
  ),
  "aws:redshift/cluster:Cluster": defaultsOn("encrypted"),
  "aws:ebs/volume:Volume": on("encrypted"),
  "aws:ebs/snapshotCopy:SnapshotCopy": on("encrypted"),
  "aws:ebs/encryptionByDefault:EncryptionByDefault": (props) =>
    read(props, "enabled") === false ? ["enabled is false"] : [],
  "aws:ec2/amiCopy:AmiCopy": on("encrypted"),
  "aws:opensearch/domain:Domain": on("encryptAtRest", "enabled"),
  "aws:elasticsearch/domain:Domain": on("encryptAtRest", "enabled"),
  "aws:efs/fileSystem:FileSystem": on("encrypted"),
  "aws:dax/cluster:Cluster": on("serverSideEncryption", "enabled"),
  "aws:workspaces/workspace:Workspace": (props) => [
    ...on("rootVolumeEncryptionEnabled")(props),
    ...on("userVolumeEncryptionEnabled")(props),
  ],
  "aws:ec2/ami:Ami": (props) =>
    items(read(props, "ebsBlockDevices")).flatMap((device, index) =>
      unset(read(device, "snapshotId"))
        ? on("encrypted")(device).map((finding) => `ebsBlockDevices[${index}].${finding}`)
        : [],
    ),
  "aws:ec2/launchTemplate:LaunchTemplate": blockDevices,
  "aws:ec2/launchConfiguration:LaunchConfiguration": instanceVolumes,
  "aws:ec2/instance:Instance": instanceVolumes,
  "aws:cloudwatch/logGroup:LogGroup": keyed("kmsKeyId"),
  "aws:cloudtrail/trail:Trail": keyed("kmsKeyId"),
  "aws:sns/topic:Topic": keyed("kmsMasterKeyId"),
  // SQS encrypts by itself unless it is told not to.
  "aws:sqs/queue:Queue": either(keyed("kmsMasterKeyId"), defaultsOn("sqsManagedSseEnabled")),
  "aws:kinesis/stream:Stream": keyed("kmsKeyId"),
  "aws:elasticache/replicationGroup:ReplicationGroup": on("atRestEncryptionEnabled"),
  "aws:elasticache/cluster:Cluster": keyed("replicationGroupId"),
  "aws:eks/cluster:Cluster": eksSecrets,
  "aws:eks/nodeGroup:NodeGroup": template,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": bucketDefault,
  "eks:index:Cluster": keyed("encryptionConfigKeyArn"),
  "eks:index:ManagedNodeGroup": template,
  "kubernetes:storage.k8s.io/v1:StorageClass": storageClass,
};

/** Whoever gets a disk, or a snapshot that was shared by mistake, can't read it. */
export const encryptedAtRest = resourceRule({
  name: "encrypted-at-rest",
  description: "Databases, volumes, logs, caches, topics and the cluster's secrets are encrypted at rest.",
  severity: "critical",
  verdict: "keeps data that anybody with the disk can read",
  fix: "Turn its encryption on, with a KMS key where one is asked for (a standalone ElastiCache cluster has none: make a replication group).",
  judge: ({ type, props }) => CHECKS[type]?.(props) ?? [],
});
