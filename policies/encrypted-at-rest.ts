import { entries, items, read, said, UNKNOWN, unset } from "./known.ts";
import { resourceRule } from "./rule.ts";

type Check = (props: unknown) => string[];

const isTrue = (value: unknown) => value === true || value === "true";

/** A switch that must be on; off is what it is when nobody says. */
const on =
  (...path: string[]): Check =>
  (props) =>
    isTrue(read(props, ...path)) ? [] : [`${path.join(".")} is ${said(read(props, ...path))}`];

/** A key that must be named. Which one may depend on a resource that is still to be made. */
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

/** The volumes of a launch template, whose first is the root volume: without a word on it, the account's default. */
const blockDevices: Check = (props) => {
  const devices = read(props, "blockDeviceMappings");
  if (devices === UNKNOWN) return ["blockDeviceMappings is not known in a preview"];
  const volumes = items(devices).filter((device) => read(device, "ebs") !== undefined);
  if (volumes.length === 0) return ["blockDeviceMappings says nothing of its volumes"];
  return items(devices).flatMap((device, index) => {
    const volume = read(device, "ebs");
    if (unset(volume)) return [];
    const encrypted = read(volume, "encrypted");
    return isTrue(encrypted) ? [] : [`blockDeviceMappings[${index}].ebs.encrypted is ${said(encrypted)}`];
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

/** Without a launch template EKS makes its nodes' volumes as the account has it, which is not encrypted. */
const template: Check = (props) =>
  entries(read(props, "launchTemplate")).length > 0 || read(props, "launchTemplate") === UNKNOWN
    ? []
    : ["launchTemplate, which would encrypt the nodes' volumes, is unset"];

const CHECKS: Record<string, Check> = {
  "aws:rds/instance:Instance": on("storageEncrypted"),
  "aws:rds/cluster:Cluster": on("storageEncrypted"),
  "aws:docdb/cluster:Cluster": on("storageEncrypted"),
  "aws:neptune/cluster:Cluster": on("storageEncrypted"),
  "aws:redshift/cluster:Cluster": on("encrypted"),
  "aws:ebs/volume:Volume": on("encrypted"),
  "aws:ebs/snapshotCopy:SnapshotCopy": on("encrypted"),
  "aws:ebs/encryptionByDefault:EncryptionByDefault": (props) =>
    read(props, "enabled") === false ? ["enabled is false"] : [],
  "aws:ec2/amiCopy:AmiCopy": on("encrypted"),
  "aws:opensearch/domain:Domain": on("encryptAtRest", "enabled"),
  "aws:efs/fileSystem:FileSystem": on("encrypted"),
  "aws:ec2/launchTemplate:LaunchTemplate": blockDevices,
  "aws:ec2/launchConfiguration:LaunchConfiguration": instanceVolumes,
  "aws:ec2/instance:Instance": instanceVolumes,
  "aws:cloudwatch/logGroup:LogGroup": keyed("kmsKeyId"),
  "aws:cloudtrail/trail:Trail": keyed("kmsKeyId"),
  "aws:sns/topic:Topic": keyed("kmsMasterKeyId"),
  "aws:sqs/queue:Queue": either(keyed("kmsMasterKeyId"), on("sqsManagedSseEnabled")),
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

/** A disk that leaves the data centre, or a snapshot that is shared by mistake, shows nothing. */
export const encryptedAtRest = resourceRule({
  name: "encrypted-at-rest",
  description:
    "Databases, volumes, logs, caches, topics and the cluster's secrets are encrypted where they lie.",
  severity: "critical",
  verdict: "keeps data that anybody with the disk can read",
  fix: "Turn its encryption on, with a KMS key where one is asked for (a standalone ElastiCache cluster has none: make a replication group).",
  judge: ({ type, props }) => CHECKS[type]?.(props) ?? [],
});
