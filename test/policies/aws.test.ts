import assert from "node:assert/strict";
import { awsProvider, changed, holds, judgeBy, resource, UNKNOWN } from "./pack.ts";

const tags = { DataSovereignty: "AU", Compliance: "ASIC" };
const KEY = "arn:aws:kms:ap-southeast-2:000000000000:key/k";
const document = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });

describe("policy aws-tags", () => {
  holds("aws-tags", "aws:s3/bucket:Bucket", { tags }, [
    ["tags", undefined, /the tag DataSovereignty is unset; the tag Compliance is unset/],
    ["tags.Compliance", undefined, /the tag Compliance is unset\. Give it/],
    ["tags.DataSovereignty", "US", /the tag DataSovereignty is "US"/],
  ]);
  holds("aws-tags", "eks:index:Cluster", { tags }, [["tags", undefined, /DataSovereignty is unset/]]);
  holds("aws-tags", "awsx:ec2:Vpc", { tags }, [["tags", undefined, /DataSovereignty is unset/]]);
  const list = [
    { key: "DataSovereignty", value: "AU" },
    { key: "Compliance", value: "ASIC" },
  ];
  holds("aws-tags", "aws:autoscaling/group:Group", { tags: list }, [["tags.1", {}, /Compliance is unset/]]);

  const judge = judgeBy("aws-tags");

  it("asks for none where a resource can have none, and for all where nobody knows", async () => {
    const bare = ["aws:iam/rolePolicy:RolePolicy", "aws:ec2/route:Route", "awsx:ecr:Image"];
    assert.deepEqual(await judge(...bare.map((type) => resource(type, {}))), []);
    assert.equal((await judge(resource("aws:new/thing:Thing", {}))).length, 1);
  });

  it("takes a provider's default tags for what a remote component makes, and for nothing else", async () => {
    const provider = awsProvider("ap-southeast-2");
    provider.inputs.defaultTags = JSON.stringify({ tags });
    const type = "aws:iam/role:Role";
    const urn = `urn:pulumi:test::trizone::eks:index:Cluster$${type}::subject`;
    assert.deepEqual(await judge(provider, resource(type, {}, { urn })), []);
    assert.equal((await judge(provider, resource(type, {}))).length, 1);
    assert.equal((await judge(awsProvider("ap-southeast-2"), resource(type, {}, { urn }))).length, 1);
  });
});

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

describe("policy tls-only", () => {
  const POLICY = "tls-only";
  holds(
    POLICY,
    "aws:lb/listener:Listener",
    { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06" },
    [
      ["sslPolicy", undefined, /sslPolicy is unset/],
      ["sslPolicy", "ELBSecurityPolicy-2016-08", /sslPolicy is "ELBSecurityPolicy-2016-08"/],
      ["sslPolicy", "ELBSecurityPolicy-TLS13-1-0-2021-06", /sslPolicy is/],
    ],
  );
  holds(
    POLICY,
    "aws:elasticache/replicationGroup:ReplicationGroup",
    { transitEncryptionEnabled: true, transitEncryptionMode: "required" },
    [
      ["transitEncryptionEnabled", undefined, /transitEncryptionEnabled is unset/],
      ["transitEncryptionMode", "preferred", /lets plain text in/],
    ],
  );
  holds(
    POLICY,
    "aws:rds/parameterGroup:ParameterGroup",
    { family: "postgres16", parameters: [{ name: "rds.force_ssl", value: "1" }] },
    [
      ["parameters.0.value", "0", /rds\.force_ssl is "0"/],
      ["parameters", [], /rds\.force_ssl is unset/],
    ],
  );
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

describe("policies on zones of AWS", () => {
  const three = ["subnet-1", "subnet-2", "subnet-3"];
  for (const [type, key] of [
    ["aws:lb/loadBalancer:LoadBalancer", "subnets"],
    ["aws:rds/subnetGroup:SubnetGroup", "subnetIds"],
    ["aws:elasticache/subnetGroup:SubnetGroup", "subnetIds"],
  ] as const) {
    holds("three-zones", type, { [key]: three }, [
      [key, three.slice(1), new RegExp(`${key} has 2 of 3`)],
      [key, ["subnet-1", "subnet-1", "subnet-2"], new RegExp(`${key} has 2 of 3`)],
      [key, undefined, new RegExp(`${key}.* is unset`)],
    ]);
  }
  const vpc = {
    availabilityZoneNames: ["ap-southeast-2a", "ap-southeast-2b", "ap-southeast-2c"],
    subnetSpecs: [{ type: "Isolated", cidrBlocks: ["10.0.21.0/24", "10.0.22.0/24", "10.0.23.0/24"] }],
  };
  holds("three-zones", "awsx:ec2:Vpc", vpc, [
    ["availabilityZoneNames", vpc.availabilityZoneNames.slice(1), /availabilityZoneNames has 2 of 3/],
    ["subnetSpecs.0.cidrBlocks", ["10.0.21.0/24"], /subnetSpecs\[0\] \("Isolated"\)\.cidrBlocks has 1 of 3/],
  ]);
});

describe("policies on production", () => {
  const instance = {
    multiAz: true,
    backupRetentionPeriod: 35,
    deletionProtection: true,
    skipFinalSnapshot: false,
  };
  const INSTANCE = "aws:rds/instance:Instance";
  holds("production-multi-az", INSTANCE, instance, [
    ["multiAz", false, /multiAz is false/],
    ["multiAz", undefined, /multiAz is unset/],
  ]);
  holds("production-backups", INSTANCE, instance, [
    ["backupRetentionPeriod", 0, /backupRetentionPeriod is 0, not 7 or more/],
    ["skipFinalSnapshot", true, /skipFinalSnapshot is true/],
  ]);
  holds("production-deletion-protection", INSTANCE, instance, [
    ["deletionProtection", undefined, /deletionProtection is unset/],
  ]);
  holds(
    "production-multi-az",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    { multiAzEnabled: true, automaticFailoverEnabled: true },
    [["multiAzEnabled", false, /multiAzEnabled is false/]],
  );
  holds(
    "production-deletion-protection",
    "aws:lb/loadBalancer:LoadBalancer",
    { enableDeletionProtection: true },
    [["enableDeletionProtection", false, /enableDeletionProtection is false/]],
  );
  holds("production-deletion-protection", "eks:index:Cluster", { deletionProtection: true }, [
    ["deletionProtection", undefined, /deletionProtection is unset/],
  ]);

  it("leaves other stacks free, and knows production's layers", async () => {
    const single = resource(INSTANCE, { multiAz: false });
    const inStack = (stack: string) => ({ ...single, urn: single.urn.replace(":test::", `:${stack}::`) });
    const judge = judgeBy("production-multi-az");
    assert.deepEqual(await judge(inStack("dev")), []);
    assert.deepEqual(await judge(inStack("product")), []);
    assert.equal((await judge(inStack("prod-foundation"))).length, 1);
  });

  it("asks a replica for no standby of its own", async () => {
    const replica = resource(INSTANCE, { replicateSourceDb: "main" });
    const prod = { ...replica, urn: replica.urn.replace(":test::", ":prod::") };
    assert.deepEqual(await judgeBy("production-multi-az")(prod), []);
  });
});
