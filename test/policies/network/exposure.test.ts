import assert from "node:assert/strict";
import { holds, judgeBy, named } from "../pack.ts";

const document = (statement: object) => JSON.stringify({ Statement: [{ Effect: "Allow", ...statement }] });

describe("policies on ways in and out", () => {
  const all = { Principal: "*", Action: "*", Resource: "*" };
  const organisation = { StringEquals: { "aws:PrincipalOrgID": "o-bank", "aws:ResourceOrgID": "o-bank" } };
  holds(
    "endpoint-policies",
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    { serviceName: "com.amazonaws.ap-southeast-2.s3", policy: document({ ...all, Condition: organisation }) },
    [
      ["policy", undefined, /it has no policy/],
      ["policy", document(all), /lets everybody through/],
      ["policy", document({ ...all, Condition: { StringLike: { "aws:PrincipalOrgID": "*" } } }), /everybody/],
    ],
  );

  it("let endpoints be that name their resources, that take no data, or have their policy beside them", async () => {
    const judge = judgeBy("endpoint-policies");
    const endpoint = (service: string, policy?: string) =>
      named("endpoint", "aws:ec2/vpcEndpoint:VpcEndpoint", {
        ...{ id: "vpce-1", serviceName: `com.amazonaws.ap-southeast-2.${service}`, policy },
      });
    const named1 = document({ Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::layers/*" });
    assert.deepEqual(await judge(endpoint("s3", named1)), []);
    assert.deepEqual(await judge(endpoint("ec2")), []);
    const beside = named("beside", "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy", {
      vpcEndpointId: "vpce-1",
      policy: named1,
    });
    assert.deepEqual(await judge(endpoint("dynamodb"), beside), []);
    assert.match((await judge(endpoint("dynamodb"))).join(), /it has no policy/);
  });

  it("demand a flow log of each network", async () => {
    const judge = judgeBy("flow-logs");
    const vpc = named("vpc", "aws:ec2/vpc:Vpc", { id: "vpc-1" });
    const log = (inputs: object) => named("log", "aws:ec2/flowLog:FlowLog", { vpcId: "vpc-1", ...inputs });
    assert.match((await judge(vpc)).join(), /vpc .*it has no flow log/);
    assert.deepEqual(await judge(vpc, log({ trafficType: "ALL" })), []);
    assert.match((await judge(vpc, log({ trafficType: "REJECT" }))).join(), /no flow log of all/);
    assert.match((await judge(vpc, log({ vpcId: "vpc-2", trafficType: "ALL" }))).join(), /no flow log/);
  });

  holds(
    "instance-metadata",
    "aws:ec2/launchTemplate:LaunchTemplate",
    { metadataOptions: { httpTokens: "required" } },
    [
      ["metadataOptions.httpTokens", "optional", /httpTokens is "optional"/],
      ["metadataOptions", undefined, /httpTokens is unset/],
    ],
  );

  const SCHEME = "service.beta.kubernetes.io/aws-load-balancer-scheme";
  const service = (type: string, annotations: object) => ({ metadata: { annotations }, spec: { type } });
  holds("public-services", "kubernetes:core/v1:Service", service("LoadBalancer", { [SCHEME]: "internal" }), [
    ["metadata.annotations", {}, /LoadBalancer, which is public by default/],
    ["metadata.annotations", { [SCHEME]: "internet-facing" }, /is internet-facing/],
  ]);
  holds("public-services", "kubernetes:networking.k8s.io/v1:Ingress", { metadata: { annotations: {} } }, [
    ["metadata.annotations", { "alb.ingress.kubernetes.io/scheme": "internet-facing" }, /is internet-facing/],
  ]);

  it("see databases by every route, and by their network's main table", async () => {
    const judge = judgeBy("database-tier-isolated");
    const vpc = named("vpc", "aws:ec2/vpc:Vpc", { id: "vpc-1", defaultRouteTableId: "rtb-main" });
    const subnet = named("subnet", "aws:ec2/subnet:Subnet", { id: "subnet-1", vpcId: "vpc-1" });
    const group = named("group", "aws:docdb/subnetGroup:SubnetGroup", { subnetIds: ["subnet-1"] });
    const main = (routes: object[]) =>
      named("main", "aws:ec2/defaultRouteTable:DefaultRouteTable", {
        defaultRouteTableId: "rtb-main",
        routes,
      });
    const judged = async (...routes: object[]) => (await judge(vpc, subnet, group, main(routes))).join();
    assert.equal(await judged({ cidrBlock: "10.0.0.0/8", transitGatewayId: "tgw-1" }), "");
    for (const routes of [
      [{ cidrBlock: "0.0.0.0/0", gatewayId: "igw-1" }],
      [{ cidrBlock: "0.0.0.0/0", vpcEndpointId: "vpce-1" }],
      [{ destinationPrefixListId: "pl-1", natGatewayId: "nat-1" }],
      [
        { cidrBlock: "11.0.0.0/8", natGatewayId: "nat-1" },
        { cidrBlock: "12.0.0.0/8", natGatewayId: "nat-1" },
      ],
    ]) {
      assert.match(
        await judged(...routes),
        /group .*main leads out of its subnet subnet/,
        JSON.stringify(routes),
      );
    }
  });
});
