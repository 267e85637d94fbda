import assert from "node:assert/strict";
import { awsProvider, judgeBy, named, resource } from "../pack.ts";

const EDGE_TYPES: [type: string, inputs: Record<string, unknown>][] = [
  ["aws:amplify/app:App", {}],
  ["aws:apigateway/restApi:RestApi", {}],
  ["aws:apigateway/restApi:RestApi", { endpointConfiguration: { types: "EDGE" } }],
  ["aws:apigateway/domainName:DomainName", { domainName: "api.bank.example" }],
  ["aws-native:apigateway:RestApi", { region: "ap-southeast-2", endpointConfiguration: { types: ["EDGE"] } }],
  ["aws:cloudfront/distribution:Distribution", {}],
  [
    "aws:cognito/userPoolDomain:UserPoolDomain",
    { certificateArn: "arn:aws:acm:ap-southeast-2:1:certificate/x" },
  ],
  ["aws:globalaccelerator/accelerator:Accelerator", {}],
  ["aws:s3/bucketAccelerateConfiguration:BucketAccelerateConfiguration", { status: "Enabled" }],
  ["aws:s3/bucket:Bucket", { accelerationStatus: "Enabled" }],
  ["aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint", {}],
  ["aws:memorydb/multiRegionCluster:MultiRegionCluster", {}],
  ["aws:rds/cluster:Cluster", { globalClusterIdentifier: "elsewhere" }],
  ["aws:kms/key:Key", { multiRegion: true }],
  [
    "aws:cloudcontrol/resource:Resource",
    { typeName: "AWS::GlobalAccelerator::Accelerator", desiredState: "{}" },
  ],
  [
    "aws:cloudformation/stack:Stack",
    {
      templateBody:
        "Resources:\n  Api:\n    Type: AWS::ApiGateway::RestApi\n    Properties:\n      Name: !Ref Name\n",
    },
  ],
];

const REGIONAL: [type: string, inputs: Record<string, unknown>][] = [
  ["aws:apigateway/restApi:RestApi", { endpointConfiguration: { types: "REGIONAL" } }],
  [
    "aws:apigateway/restApi:RestApi",
    { endpointConfiguration: { types: "PRIVATE", vpcEndpointIds: ["vpce-1"] } },
  ],
  ["aws:apigateway/domainName:DomainName", { endpointConfiguration: { types: "REGIONAL" } }],
  ["aws:apigatewayv2/api:Api", { protocolType: "HTTP" }],
  ["aws:cognito/userPoolDomain:UserPoolDomain", { domain: "bank" }],
  ["aws:s3/bucketAccelerateConfiguration:BucketAccelerateConfiguration", { status: "Suspended" }],
  ["aws:kms/key:Key", { multiRegion: false }],
  ["aws:rds/cluster:Cluster", { globalClusterIdentifier: "" }],
];

describe("policy aws-region-ap-southeast-2, on services that span regions", () => {
  const judge = judgeBy("aws-region-ap-southeast-2");
  const home = awsProvider("ap-southeast-2");

  for (const [type, inputs] of EDGE_TYPES) {
    it(`refuses ${type} ${JSON.stringify(inputs).slice(0, 80)}`, async () => {
      const messages = await judge(home, resource(type, inputs));
      assert.equal(messages.length, 1, messages.join("\n"));
      assert.match(messages[0] ?? "", /edge|regions|multiRegion/);
    });
  }

  it("accepts them where they stay in the region", async () => {
    assert.deepEqual(await judge(home, ...REGIONAL.map(([type, inputs]) => resource(type, inputs))), []);
  });

  it("accepts a key with a copy in Melbourne, and refuses one with a copy in Virginia", async () => {
    const key = named("key", "aws:kms/key:Key", { multiRegion: true });
    const copy = (region: string) =>
      named(
        "copy",
        "aws:kms/replicaKey:ReplicaKey",
        { region, primaryKeyArn: "a" },
        { primaryKeyArn: [key] },
      );
    assert.deepEqual(await judge(home, key, copy("ap-southeast-4")), []);
    assert.match((await judge(home, key, copy("us-east-1"))).join("\n"), /key .*multiRegion is true/);
  });

  it("accepts a cluster over Sydney and Melbourne, and refuses one over Sydney and Virginia", async () => {
    const cluster = named("global", "aws:rds/globalCluster:GlobalCluster", {
      globalClusterIdentifier: "bank",
    });
    const member = (region: string) =>
      named(region, "aws:rds/cluster:Cluster", { region, globalClusterIdentifier: "bank" });
    assert.deepEqual(await judge(home, cluster, member("ap-southeast-2"), member("ap-southeast-4")), []);
    const messages = await judge(home, cluster, member("ap-southeast-2"), member("us-east-1"));
    assert.match(messages.join("\n"), /global .*copies data to other regions/);
  });
});
