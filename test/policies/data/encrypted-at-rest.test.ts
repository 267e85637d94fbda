import assert from "node:assert/strict";
import { holds, judgeBy, resource, UNKNOWN } from "../pack.ts";

const KEY = "arn:aws:kms:ap-southeast-2:000000000000:key/k";

describe("policy encrypted-at-rest", () => {
  const POLICY = "encrypted-at-rest";
  const on = (type: string, key: string) =>
    holds(POLICY, type, { [key]: true }, [
      [key, false, new RegExp(`${key} is false`)],
      [key, undefined, new RegExp(`${key} is unset`)],
      [key, UNKNOWN, new RegExp(`${key} is not known`)],
    ]);
  on("aws:rds/instance:Instance", "storageEncrypted");
  on("aws:rds/cluster:Cluster", "storageEncrypted");
  on("aws:ebs/volume:Volume", "encrypted");
  on("aws:efs/fileSystem:FileSystem", "encrypted");
  on("aws:elasticache/replicationGroup:ReplicationGroup", "atRestEncryptionEnabled");
  const keyed = (type: string, key: string) =>
    holds(POLICY, type, { [key]: KEY }, [[key, undefined, new RegExp(`${key} is unset`)]]);
  keyed("aws:cloudwatch/logGroup:LogGroup", "kmsKeyId");
  keyed("aws:cloudtrail/trail:Trail", "kmsKeyId");
  keyed("aws:sns/topic:Topic", "kmsMasterKeyId");
  keyed("eks:index:Cluster", "encryptionConfigKeyArn");
  holds(POLICY, "eks:index:ManagedNodeGroup", { launchTemplate: { id: "lt-1", version: "1" } }, [
    ["launchTemplate", undefined, /launchTemplate, which would encrypt the nodes' volumes, is unset/],
  ]);
  holds(
    POLICY,
    "aws:ec2/launchTemplate:LaunchTemplate",
    { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "true" } }] },
    [
      ["blockDeviceMappings.0.ebs.encrypted", "false", /blockDeviceMappings\[0\]\.ebs\.encrypted is "false"/],
      ["blockDeviceMappings", undefined, /says nothing of its volumes/],
    ],
  );
  holds(POLICY, "aws:ec2/instance:Instance", { rootBlockDevice: { encrypted: true } }, [
    ["rootBlockDevice", undefined, /rootBlockDevice\.encrypted is unset/],
    ["ebsBlockDevices", [{ encrypted: false }], /ebsBlockDevices\[0\]\.encrypted is false/],
  ]);
  holds(
    POLICY,
    "aws:eks/cluster:Cluster",
    { encryptionConfig: { provider: { keyArn: KEY }, resources: ["secrets"] } },
    [
      ["encryptionConfig", undefined, /encryptionConfig\.provider\.keyArn is unset/],
      ["encryptionConfig.resources", [], /doesn't have secrets/],
    ],
  );
  holds(
    POLICY,
    "kubernetes:storage.k8s.io/v1:StorageClass",
    { provisioner: "ebs.csi.aws.com", parameters: { encrypted: "true" } },
    [["parameters", undefined, /parameters\.encrypted is unset/]],
  );

  it("takes a key that isn't made yet", async () => {
    const group = resource("aws:cloudwatch/logGroup:LogGroup", { kmsKeyId: UNKNOWN });
    assert.deepEqual(await judgeBy(POLICY)(group), []);
  });
});
