import assert from "node:assert/strict";
import { changed, holds, judgeBy, resource, UNKNOWN } from "./pack.ts";

const document = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });

describe("policies on public access", () => {
  holds(
    "no-public-database",
    "aws:rds/instance:Instance",
    { publiclyAccessible: false, dbSubnetGroupName: "isolated" },
    [
      ["publiclyAccessible", true, /publiclyAccessible is true/],
      ["publiclyAccessible", UNKNOWN, /publiclyAccessible is not known/],
      ["dbSubnetGroupName", undefined, /default VPC's public subnets/],
    ],
  );
  holds(
    "no-public-database",
    "eks:index:Cluster",
    { endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] },
    [
      ["publicAccessCidrs", undefined, /public endpoint is open, and publicAccessCidrs unset/],
      ["publicAccessCidrs.0", "0.0.0.0/0", /publicAccessCidrs has "0\.0\.0\.0\/0"/],
    ],
  );
  holds(
    "no-public-bucket",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    [
      ["blockPublicPolicy", false, /blockPublicPolicy is false/],
      ["restrictPublicBuckets", undefined, /restrictPublicBuckets is unset/],
    ],
  );
  holds("no-public-bucket", "aws:s3/bucketAcl:BucketAcl", { acl: "private" }, [
    ["acl", "public-read", /acl is "public-read"/],
  ]);
  const statement = {
    Effect: "Allow",
    Principal: { Service: "cloudtrail.amazonaws.com" },
    Action: "s3:Get*",
  };
  holds("no-public-bucket", "aws:s3/bucketPolicy:BucketPolicy", { policy: document(statement) }, [
    [
      "policy",
      document({ ...statement, Sid: "All", Principal: "*" }),
      /statement 1 \("All"\) allows everybody/,
    ],
    ["policy", document({ ...statement, Principal: { AWS: "*" } }), /statement 1 allows everybody/],
  ]);
});

describe("policy security-groups-closed", () => {
  const POLICY = "security-groups-closed";
  const rule = { cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 443, toPort: 443 };
  holds(POLICY, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", rule, [
    ["fromPort", 0, /ports 0 to 443 are open to the world/],
    ["ipProtocol", "-1", /every port is open to the world/],
    ["ipProtocol", "udp", /open to the world/],
    ["toPort", UNKNOWN, /ports 443 to not known/],
  ]);
  const ssh = { ...rule, fromPort: 22, toPort: 22 };
  for (const [range, narrow] of [
    ["0.0.0.0/0", "10.0.0.0/16"],
    ["128.0.0.0/1", "203.0.113.7/32"],
  ]) {
    holds(
      POLICY,
      "aws:ec2/securityGroupRule:SecurityGroupRule",
      { ...ssh, cidrIpv4: undefined, type: "ingress", cidrBlocks: [narrow] },
      [
        ["cidrBlocks.0", range, /ports 22 to 22/],
        ["ipv6CidrBlocks", ["::/0"], /ports 22 to 22/],
      ],
    );
  }
  holds(POLICY, "aws:ec2/securityGroup:SecurityGroup", { ingress: [rule] }, [
    ["ingress.0.toPort", 65_535, /ingress\[0\]: ports 443 to 65535/],
  ]);

  it("has no opinion on what may be sent out", async () => {
    const out = resource("aws:ec2/securityGroupRule:SecurityGroupRule", { ...ssh, type: "egress" });
    assert.deepEqual(await judgeBy(POLICY)(out), []);
  });
});

describe("policy iam-no-wildcards", () => {
  const POLICY = "iam-no-wildcards";
  const allow = { Effect: "Allow", Action: ["s3:GetObject"], Resource: "*" };
  const policy = document(allow);
  for (const type of ["policy:Policy", "rolePolicy:RolePolicy"]) {
    holds(POLICY, `aws:iam/${type}`, { policy }, [
      ["policy", document({ ...allow, Action: "*" }), /statement 1 allows \*:\* on \*/],
      ["policy", document({ ...allow, Action: ["*:*"], Resource: ["*"] }), /allows \*:\*/],
      ["policy", document({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }), /all but some actions/],
    ]);
  }
  const assumeRolePolicy = document({ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" } });
  holds(POLICY, "aws:iam/role:Role", { assumeRolePolicy }, [
    ["assumeRolePolicy", document({ Effect: "Allow", Principal: { AWS: "*" } }), /trust allows everybody/],
    ["managedPolicyArns", ["arn:aws:iam::aws:policy/AdministratorAccess"], /attaches .*AdministratorAccess/],
    ["inlinePolicies", [{ policy: document({ ...allow, Action: "*" }) }], /allows \*:\*/],
  ]);
  holds(
    POLICY,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    { policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" },
    [["policyArn", "arn:aws:iam::aws:policy/AdministratorAccess", /attaches/]],
  );

  it("lets everything on one thing be, and denials", async () => {
    const narrow = document({ ...allow, Action: "*", Resource: "arn:aws:s3:::b" });
    const deny = document({ ...allow, Effect: "Deny", Action: "*" });
    for (const text of [narrow, deny]) {
      const inputs = changed({ policy }, "policy", text);
      assert.deepEqual(await judgeBy(POLICY)(resource("aws:iam/policy:Policy", inputs)), []);
    }
  });
});
