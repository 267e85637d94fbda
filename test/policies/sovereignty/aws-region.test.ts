import assert from "node:assert/strict";
import { graphOf } from "../../program/graphs.ts";
import { awsProvider, judgeBy, resource, UNKNOWN } from "../pack.ts";

const POLICY = "aws-region-ap-southeast-2";
const HOME = "ap-southeast-2";

describe("policy aws-region-ap-southeast-2", () => {
  const judge = judgeBy(POLICY);
  const home = awsProvider(HOME);

  /** Judges a resource beside its provider and gives the message on it. */
  async function refusal(type: string, inputs: Record<string, unknown>, provider = home): Promise<string> {
    const own = (await judge(provider, resource(type, inputs))).filter((message) =>
      message.includes("\nsubject "),
    );
    assert.equal(own.length, 1, own.join("\n"));
    return own[0] ?? "";
  }

  it("accepts what is here, and what is nowhere", async () => {
    const accepted = [
      resource("aws:s3/bucket:Bucket", { region: HOME }),
      resource("aws:s3/bucket:Bucket", { bucket: "db-main-1" }),
      resource("aws:iam/role:Role", { managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }),
      resource("aws:ec2/subnet:Subnet", {
        availabilityZone: "ap-southeast-2c",
        availabilityZoneId: "apse2-az1",
      }),
      resource("aws:iam/rolePolicy:RolePolicy", { policy: '{"Resource":"arn:aws:logs:*:*:log-group/*"}' }),
      resource("aws:lb/listener:Listener", { certificateArn: UNKNOWN, tags: { copiedFrom: "us-east-1" } }),
      resource("awsx:ec2:Vpc", { availabilityZoneNames: ["ap-southeast-2a"] }),
      resource("kubernetes:core/v1:ConfigMap", { data: { region: HOME, summary: "not us-east-1" } }),
      resource("aws:s3/bucket:Bucket", { region: "ap-southeast-4" }),
      resource("aws:secretsmanager/secret:Secret", { replicas: [{ region: "ap-southeast-4" }] }),
    ];
    assert.deepEqual(await judge(home, ...accepted), []);
  });

  it("refuses a provider that is elsewhere, or that leaves its region to the environment", async () => {
    for (const [region, reason] of [
      ["us-east-1", /aws \(pulumi:providers:aws\).*region is "us-east-1".*Set aws:region to ap-southeast-2/s],
      ["ap-southeast-6", /region is "ap-southeast-6"/],
      [UNKNOWN, /region is not known in a preview/],
      [undefined, /no region of its own/],
    ] as const) {
      const [message = ""] = await judge(awsProvider(region));
      assert.match(message, reason);
    }
  });

  it("refuses a resource that says another region, or an unknown one", async () => {
    assert.match(await refusal("aws:s3/bucket:Bucket", { region: "eu-west-1" }), /region is "eu-west-1"/);
    assert.match(await refusal("aws:s3/bucket:Bucket", { region: UNKNOWN }), /region is not known/);
    assert.match(await refusal("aws:s3/bucket:Bucket", { region: "nowhere" }), /region is "nowhere"/);
    assert.match(await refusal("awsx:ec2:Vpc", { region: "us-gov-west-1" }), /us-gov-west-1/);
  });

  it("refuses a resource whose provider is elsewhere or nowhere", async () => {
    const type = "aws:s3/bucket:Bucket";
    assert.match(await refusal(type, {}, awsProvider("us-east-1")), /its provider aws is "us-east-1"/);
    assert.match(await refusal(type, {}, awsProvider(UNKNOWN)), /its provider aws is not known/);
    assert.match(await refusal(type, {}, awsProvider(undefined)), /neither it nor its provider has a region/);
    const [orphan = ""] = await judge(resource(type, {}, { provider: undefined }));
    assert.match(orphan, /neither it nor its provider/);
  });

  it("refuses zones, ARNs, endpoints and replicas elsewhere, and says where they are", async () => {
    const cases: [string, Record<string, unknown>, RegExp][] = [
      ["aws:rds/instance:Instance", { availabilityZone: "us-west-2b" }, /availabilityZone is "us-west-2b"/],
      ["aws:rds/instance:Instance", { availabilityZone: UNKNOWN }, /availabilityZone is not known/],
      ["aws:ec2/subnet:Subnet", { availabilityZoneId: "use1-az4" }, /availabilityZoneId is "use1-az4"/],
      ["awsx:ec2:Vpc", { availabilityZoneNames: ["ap-southeast-2a", "ap-southeast-1a"] }, /Names\[1\] is/],
      [
        "eks:index:ManagedNodeGroup",
        { launchTemplate: { zone: "us-east-1-bos-1a" } },
        /launchTemplate\.zone/,
      ],
      [
        "aws:lb/listener:Listener",
        { certificateArn: "arn:aws:acm:us-east-1:1:certificate/x" },
        /certificateArn/,
      ],
      [
        "aws:iam/rolePolicy:RolePolicy",
        { policy: '{"R":"arn:aws:sns:eu-west-2:1:t"}' },
        /policy\.R is .*eu-west-2/,
      ],
      ["aws:dynamodb/table:Table", { replicas: [{ regionName: "us-east-2" }] }, /replicas\[0\]\.regionName/],
      [
        "aws:sns/topicSubscription:TopicSubscription",
        { endpoint: "https://sqs.us-east-1.amazonaws.com/1/q" },
        /endpoint/,
      ],
    ];
    for (const [type, inputs, reason] of cases) assert.match(await refusal(type, inputs), reason);
  });

  it("refuses provider endpoints elsewhere", async () => {
    const provider = {
      ...home,
      inputs: { region: HOME, endpoints: '[{"s3":"https://s3.us-west-1.amazonaws.com"}]' },
    };
    assert.match((await judge(provider)).join(), /us-west-1/);
  });

  it("refuses replicas and copies elsewhere, also those that name no region", async () => {
    const source = "arn:aws:rds:ap-southeast-2:000000000000:db:main";
    const cases: [string, Record<string, unknown>, RegExp][] = [
      [
        "aws:rds/instance:Instance",
        { region: "us-west-2", replicateSourceDb: source },
        /region is "us-west-2"/,
      ],
      ["aws:rds/snapshotCopy:SnapshotCopy", { destinationRegion: "us-west-2" }, /destinationRegion/],
      ["aws:ebs/snapshotCopy:SnapshotCopy", { sourceRegion: "us-west-2" }, /sourceRegion/],
      [
        "aws:secretsmanager/secret:Secret",
        { replicas: [{ region: "ap-southeast-1" }] },
        /replicas\[0\]\.region/,
      ],
      [
        "aws:ecr/replicationConfiguration:ReplicationConfiguration",
        { replicationConfiguration: { rules: [{ destinations: [{ region: "us-west-2" }] }] } },
        /destinations\[0\]\.region/,
      ],
      ["aws:rds/globalCluster:GlobalCluster", {}, /copies data to other regions/],
      ["aws:kms/key:Key", { multiRegion: true }, /multiRegion is true/],
    ];
    for (const [type, inputs, reason] of cases) assert.match(await refusal(type, inputs), reason);
  });

  it("refuses that what runs in the cluster talks to another region", async () => {
    const url = "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write";
    const values = { prometheus: { remoteWrite: [{ url }] } };
    assert.match(
      await refusal("kubernetes:helm.sh/v3:Release", { values }),
      /remoteWrite\[0\]\.url is .*us-east-1/,
    );
    const image = "000000000000.dkr.ecr.us-west-2.amazonaws.com/web";
    assert.match(await refusal("kubernetes:core/v1:Pod", { spec: { image } }), /spec\.image/);
  });

  it("refuses the stack once it is moved", async () => {
    const moved = await judge(...(await graphOf("prod", "aws:region=us-east-1")).resources);
    assert.ok(moved.length > 50, `${moved.length} refusals`);
  });
});
