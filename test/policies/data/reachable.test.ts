import assert from "node:assert/strict";
import { holds, judgeBy, resource } from "../pack.ts";

const document = (statement: object) =>
  JSON.stringify({
    Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*", ...statement }],
  });

describe("what can be reached from the internet", () => {
  const POLICY = "no-public-database";
  holds(POLICY, "aws:eks/cluster:Cluster", { vpcConfig: { publicAccessCidrs: ["203.0.113.0/24"] } }, [
    ["vpcConfig.publicAccessCidrs", ["0.0.0.0/1", "128.0.0.0/1"], /publicAccessCidrs has/],
    ["vpcConfig.publicAccessCidrs", [], /publicAccessCidrs unset/],
  ]);
  const kafka = (type: string) => ({ brokerNodeGroupInfo: { connectivityInfo: { publicAccess: { type } } } });
  holds(POLICY, "aws:msk/cluster:Cluster", kafka("DISABLED"), [
    [
      "brokerNodeGroupInfo.connectivityInfo.publicAccess.type",
      "SERVICE_PROVIDED_EIPS",
      /publicAccess\.type is/,
    ],
  ]);
  holds(POLICY, "aws:opensearch/domain:Domain", { vpcOptions: { subnetIds: ["subnet-1"] } }, [
    ["vpcOptions", undefined, /endpoint is on the internet/],
  ]);
  holds(POLICY, "aws:redshift/cluster:Cluster", { clusterSubnetGroupName: "g", publiclyAccessible: false }, [
    ["clusterSubnetGroupName", undefined, /default VPC/],
    ["publiclyAccessible", true, /publiclyAccessible is true/],
  ]);
  holds(
    POLICY,
    "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
    { type: "network", policy: JSON.stringify([{ AllowFromPublic: false }]) },
    [["policy", JSON.stringify([{ AllowFromPublic: true }]), /AllowFromPublic/]],
  );

  const block = { blockPublicAcls: true, blockPublicPolicy: true };
  holds("no-public-bucket", "aws:s3/accessPoint:AccessPoint", { publicAccessBlockConfiguration: block }, [
    ["publicAccessBlockConfiguration.blockPublicPolicy", false, /blockPublicPolicy is false/],
    ["policy", document({}), /allows everybody/],
  ]);

  it("is no bucket that only known addresses and organisations may read", async () => {
    const judged = async (Condition: object) =>
      (
        await judgeBy("no-public-bucket")(
          resource("aws:s3/bucketPolicy:BucketPolicy", { policy: document({ Condition }) }),
        )
      ).join();
    for (const condition of [
      { IpAddress: { "aws:SourceIp": "203.0.113.0/24" } },
      { StringEquals: { "aws:SourceVpce": "vpce-1a2b" } },
      {
        "ForAllValues:StringEquals": { "aws:PrincipalOrgID": "o-1" },
        Null: { "aws:PrincipalOrgID": "false" },
      },
    ]) {
      assert.equal(await judged(condition), "", JSON.stringify(condition));
    }
    for (const condition of [
      { IpAddress: { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"] } },
      { NotIpAddress: { "aws:SourceIp": "203.0.113.0/24" } },
      { "ForAllValues:StringEquals": { "aws:PrincipalOrgID": ["o-1"] } },
      { StringLike: { "aws:Referer": "https://bank.example/*" } },
      { StringLike: { "aws:SourceVpce": "vpce-*" } },
    ]) {
      assert.match(await judged(condition), /allows everybody/, JSON.stringify(condition));
    }
  });
});

describe("policies on keys and logs", () => {
  const key = { enableKeyRotation: true, deletionWindowInDays: 30 };
  holds("keys-rotated", "aws:kms/key:Key", key, [
    ["enableKeyRotation", undefined, /enableKeyRotation is unset/],
    ["deletionWindowInDays", 7, /deletionWindowInDays is 7/],
  ]);
  holds("logs-kept", "aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 365 }, [
    ["retentionInDays", 1, /retentionInDays is 1/],
  ]);
  holds("logs-kept", "aws:cloudtrail/trail:Trail", { enableLogFileValidation: true }, [
    ["enableLogFileValidation", undefined, /enableLogFileValidation is unset/],
    ["enableLogging", false, /enableLogging is false/],
  ]);

  it("let AWS's own kinds of keys be, and logs that are kept for ever", async () => {
    const signing = resource("aws:kms/key:Key", {
      customerMasterKeySpec: "ECC_NIST_P256",
      keyUsage: "SIGN_VERIFY",
    });
    const group = resource("aws:cloudwatch/logGroup:LogGroup", {});
    assert.deepEqual(await judgeBy("keys-rotated")(signing), []);
    assert.deepEqual(await judgeBy("logs-kept")(group), []);
  });

  it("take SQS's and Redshift's own encryption for what it is", async () => {
    const judge = judgeBy("encrypted-at-rest");
    const types = ["aws:sqs/queue:Queue", "aws:redshift/cluster:Cluster"];
    for (const type of types) assert.deepEqual(await judge(resource(type, {})), []);
    const replica = resource("aws:rds/instance:Instance", { replicateSourceDb: "orders" });
    assert.deepEqual(await judge(replica), []);
    const off = resource("aws:sqs/queue:Queue", { sqsManagedSseEnabled: false });
    assert.match((await judge(off)).join(), /sqsManagedSseEnabled is false/);
  });
});
