import assert from "node:assert/strict";
import { awsProvider, judgeBy, named, resource, UNKNOWN } from "../pack.ts";

type Inputs = Record<string, unknown>;
type Case = [type: string, inputs: Inputs, reason: RegExp];

const SUBNET = "aws:ec2/subnet:Subnet";
const FUNCTION = "aws:lambda/function:Function";
const CONFIG = "kubernetes:core/v1:ConfigMap";
const RELEASE = "kubernetes:helm.sh/v3:Release";

/** A Deployment whose container is like that. */
const pod = (container: Inputs): [string, Inputs] => [
  "kubernetes:apps/v1:Deployment",
  { spec: { template: { spec: { containers: [{ name: "main", ...container }] } } } },
];
const env = (name: string, value: unknown) => pod({ env: [{ name, value }] });
const json = JSON.stringify;

describe("policy aws-region-ap-southeast-2, on places", () => {
  const judge = judgeBy("aws-region-ap-southeast-2");
  const home = awsProvider("ap-southeast-2");

  const refused: Case[] = [
    // Zones that belong to Sydney's region, and aren't in Australia.
    [SUBNET, { availabilityZone: "ap-southeast-2-akl-1a" }, /availabilityZone is "ap-southeast-2-akl-1a"/],
    [SUBNET, { availabilityZoneId: "apse2-akl1-az1" }, /availabilityZoneId/],
    [
      "aws:ec2/availabilityZoneGroup:AvailabilityZoneGroup",
      { groupName: "ap-southeast-2-akl-1" },
      /groupName/,
    ],
    [SUBNET, { availabilityZone: "ap-southeast-6a" }, /ap-southeast-6a/],
    // Regions of partitions that no list has.
    ["aws:secretsmanager/secret:Secret", { replicas: [{ region: "eusc-de-east-1" }] }, /eusc-de-east-1/],
    ["aws:secretsmanager/secret:Secret", { replicas: [{ region: "xyz-moon-1" }] }, /xyz-moon-1/],
    [
      "aws:keyspaces/keyspace:Keyspace",
      { replicationSpecification: { regionLists: [UNKNOWN] } },
      /not known/,
    ],
    ["aws:sns/topicSubscription:TopicSubscription", { topic: "arn:aws-cn:sns::1:t" }, /topic is/],
    ["aws:s3/directoryBucket:DirectoryBucket", { bucket: "quotes--use1-az4--x-s3" }, /bucket is/],
    // Models that are asked in several regions.
    [
      "aws:bedrock/agentAgent:AgentAgent",
      { foundationModel: "arn:aws:bedrock:ap-southeast-2:1:inference-profile/apac.anthropic.claude" },
      /apac\.anthropic/,
    ],
    [FUNCTION, { environment: { variables: { MODEL: "global.anthropic.claude-sonnet-4" } } }, /MODEL is/],
    [...env("MODEL_ID", "us.amazon.nova-pro-v1:0"), /MODEL_ID/],
    [
      "aws:bedrock/guardrail:Guardrail",
      { crossRegionConfig: { guardrailProfileIdentifier: "apac.guardrail.v1:0" } },
      /guardrailProfileIdentifier/,
    ],
    // Documents within documents.
    [
      "aws:cloudformation/stack:Stack",
      { templateBody: json({ Resources: { T: { Properties: { Replicas: [{ Region: "us-east-1" }] } } } }) },
      /templateBody\.Resources\.T\.Properties\.Replicas\[0\]\.Region/,
    ],
    [
      "aws:cloudformation/stack:Stack",
      {
        templateBody:
          "Resources:\n  T:\n    Properties:\n      Arn: !Sub x\n      Regions:\n        - ap-southeast-2\n        - us-east-1\n",
      },
      /Regions\[1\] is "us-east-1"/,
    ],
    [
      "aws:cloudcontrol/resource:Resource",
      {
        desiredState: json({ ReplicaRegions: [{ Region: "eu-west-1" }] }),
        typeName: "AWS::SecretsManager::Secret",
      },
      /desiredState\.ReplicaRegions/,
    ],
    [
      "aws:ecs/taskDefinition:TaskDefinition",
      { containerDefinitions: json([{ environment: [{ name: "AWS_REGION", value: "us-east-1" }] }]) },
      /containerDefinitions\[0\]/,
    ],
    [
      "aws:networkmanager/coreNetworkPolicyAttachment:CoreNetworkPolicyAttachment",
      {
        policyDocument: json({
          "core-network-configuration": { "edge-locations": [{ location: "us-east-1" }] },
        }),
      },
      /edge-locations/,
    ],
    [
      "aws:ec2/instance:Instance",
      { userData: "#!/bin/sh\naws s3 sync / s3://x --region us-east-1" },
      /userData/,
    ],
    [
      "aws:ec2/launchTemplate:LaunchTemplate",
      { userData: Buffer.from("#!/bin/sh\nexport AWS_DEFAULT_REGION=us-west-2\n").toString("base64") },
      /userData/,
    ],
    ["aws:ec2/instance:Instance", { userData: "#!/bin/sh\naws configure set region us-east-1" }, /userData/],
    // What containers, config maps and charts are told.
    [...pod({ args: ["--region=us-east-1"] }), /args\[0\]/],
    [...pod({ args: ["--region", "us-east-1"] }), /args\[1\]/],
    [...pod({ command: ["sh", "-c", "aws --region us-east-1 s3 ls"] }), /command\[2\]/],
    [...env("REDIS_URL", "rediss://a.b.use1.cache.amazonaws.com:6379"), /REDIS_URL/],
    [...env("STS_ENDPOINT", "https://sts.amazonaws.com"), /STS_ENDPOINT/],
    [...env("S3_ENDPOINT", "s3.amazonaws.com"), /S3_ENDPOINT/],
    [...env("AWS_STS_REGIONAL_ENDPOINTS", "legacy"), /AWS_STS_REGIONAL_ENDPOINTS/],
    [...env("AWS_REGION", UNKNOWN), /AWS_REGION.*not known/],
    [CONFIG, { data: { "app.yaml": "storage:\n  region: us-east-1\n" } }, /data\.app\.yaml\.storage\.region/],
    [CONFIG, { data: { "app.properties": "aws.region=us-east-1" } }, /app\.properties/],
    [CONFIG, { data: { url: "https://files.s3.amazonaws.com/x" } }, /data\.url/],
    [
      "kubernetes:core/v1:Secret",
      { data: { REGION: Buffer.from("us-east-1").toString("base64") } },
      /data\.REGION/,
    ],
    [RELEASE, { values: { awsRegion: "us-east-1" } }, /values\.awsRegion/],
    [RELEASE, { values: { extraArgs: { "aws-region": "eu-central-1" } } }, /aws-region/],
    [RELEASE, { values: { config: "s3:\n  endpoint: s3.amazonaws.com\n" } }, /endpoint/],
    [
      "pulumi:providers:kubernetes",
      {
        kubeconfig: json({
          clusters: [{ cluster: { server: "https://A.gr7.us-east-1.eks.amazonaws.com" } }],
        }),
      },
      /server is/,
    ],
    ["docker-build:index:Image", { tags: ["1.dkr.ecr.us-east-1.amazonaws.com/web:1"] }, /tags\[0\]/],
    ["aws:ec2/vpcEndpoint:VpcEndpoint", { serviceName: "com.amazonaws.us-east-1.s3" }, /serviceName/],
    ["aws:route53/record:Record", { records: ["ec2-1-2-3-4.compute-1.amazonaws.com"] }, /records\[0\]/],
  ];
  for (const [type, inputs, reason] of refused) {
    it(`refuses ${type} with ${json(inputs).slice(0, 110)}`, async () => {
      const messages = await judge(home, resource(type, inputs));
      assert.equal(messages.length, 1, messages.join("\n"));
      assert.match(messages[0] ?? "", reason);
    });
  }

  it("accepts Australia's regions and zones, and what only looks like another", async () => {
    const accepted: [string, Inputs][] = [
      [SUBNET, { availabilityZone: "ap-southeast-2-per-1a", availabilityZoneId: "apse2-per1-az1" }],
      [
        SUBNET,
        { availabilityZone: "ap-southeast-4b", availabilityZoneId: "apse4-az2", region: "ap-southeast-4" },
      ],
      ["aws:ec2/availabilityZoneGroup:AvailabilityZoneGroup", { groupName: "ap-southeast-2-per-1" }],
      [
        FUNCTION,
        { environment: { variables: { MODEL: "au.anthropic.claude-sonnet-4", PACKAGE: "us.amazon.com" } } },
      ],
      [
        "aws:bedrock/agentAgent:AgentAgent",
        { foundationModel: "arn:aws:bedrock:ap-southeast-2::foundation-model/amazon.nova-pro-v1:0" },
      ],
      [
        "aws:iam/policy:Policy",
        {
          policy: json({
            Statement: [
              { Effect: "Deny", Action: "*", Resource: "arn:aws:s3:us-east-1:1:accesspoint/x" },
              { Effect: "Allow", Condition: { StringEquals: { "aws:RequestedRegion": ["us-east-1"] } } },
            ],
          }),
        },
      ],
      [
        "aws:iam/role:Role",
        {
          assumeRolePolicy: json({
            Statement: [{ Principal: { Service: ["s3.amazonaws.com", "logging.s3.amazonaws.com"] } }],
          }),
        },
      ],
      ["aws:iam/openIdConnectProvider:OpenIdConnectProvider", { clientIdLists: ["sts.amazonaws.com"] }],
      [...env("AWS_REGION", "ap-southeast-4")],
      [...env("AWS_REGION", "$(REGION)")],
      [...env("MARKET_REGION", "APAC")],
      [...env("REDIS_URL", "rediss://a.b.apse2.cache.amazonaws.com:6379")],
      [...pod({ args: ["--region=ap-southeast-2", "--audience=sts.amazonaws.com"] })],
      [CONFIG, { metadata: { annotations: { note: "moved from us-east-1" } }, data: { x: "a: b\nc: d\n" } }],
      [RELEASE, { values: { region: "ap-southeast-2", ingress: { host: "web.internal" } } }],
      ["aws:account/primaryContact:PrimaryContact", { stateOrRegion: "NSW" }],
      ["aws:s3/bucket:Bucket", { bucket: "db-main-1" }],
    ];
    assert.deepEqual(await judge(home, ...accepted.map(([type, inputs]) => resource(type, inputs))), []);
  });

  it("leaves alone what AWS makes only in us-east-1, and nothing else there", async () => {
    const edge = {
      ...awsProvider("us-east-1"),
      urn: "urn:pulumi:test::trizone::pulumi:providers:aws::edge",
      name: "edge",
    };
    const there = (name: string, type: string, inputs: object) => ({
      ...named(name, type, inputs),
      provider: `${edge.urn}::id`,
    });
    const acl = there("acl", "aws:wafv2/webAcl:WebAcl", { scope: "CLOUDFRONT" });
    const certificate = there("certificate", "aws:acm/certificate:Certificate", {
      domainName: "bank.example",
    });
    const checks = named("check", "aws:route53/healthCheck:HealthCheck", {
      regions: ["us-east-1", "eu-west-1"],
    });
    assert.deepEqual(await judge(home, edge, acl, certificate, checks), []);
    for (const other of [
      there("regional", "aws:wafv2/webAcl:WebAcl", { scope: "REGIONAL" }),
      there("imported", "aws:acm/certificate:Certificate", { privateKey: "key" }),
      there("bucket", "aws:s3/bucket:Bucket", {}),
    ]) {
      const messages = (await judge(home, edge, acl, other)).join("\n");
      assert.match(messages, new RegExp(`${other.name} .*its provider edge is "us-east-1"`));
      assert.match(messages, /edge \(pulumi:providers:aws\).*region is "us-east-1"/);
    }
  });
});
