import assert from "node:assert/strict";
import { awsProvider, inProduction, judgeBy, resource, UNKNOWN } from "./pack.ts";

const HOME = "ap-southeast-2";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const POLICY = "aws:iam/policy:Policy";
const CLUSTER = "aws:rds/cluster:Cluster";

const document = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: statement });
const allow = (more: object) => ({ policy: document({ Effect: "Allow", ...more }) });
const stranger = (more: object) => allow({ Principal: "*", Action: "s3:GetObject", Resource: "*", ...more });
const everything = allow({ Principal: { AWS: ["*"] }, Action: "sqs:*", Resource: "*" });
const everyUser = "http://acs.amazonaws.com/groups/global/AllUsers";
const pod = (container: object, spec: object = {}) => ({
  spec: { template: { spec: { containers: [{ name: "main", ...container }], ...spec } } },
});
const variable = (name: string, value: unknown) => pod({ env: [{ name, value }] });
const map = (data: object) => ({ data });
const base64 = (text: string) => Buffer.from(text).toString("base64");

type Case = [policy: string, type: string, inputs: Record<string, unknown>, reason: RegExp];

/** Ways round a policy that were once open, by the policy that closes them now. */
const REFUSED: Case[] = [
  ["containers-non-root", DEPLOYMENT, pod({ securityContext: { runAsUser: 0.5 } }), /runAsUser 0\.5/],
  ["containers-non-root", DEPLOYMENT, pod({ securityContext: { runAsUser: "0" } }), /runAsUser "0"/],
  ["containers-non-root", DEPLOYMENT, pod({ securityContext: { runAsGroup: 0 } }), /runAsGroup 0/],
  ["containers-non-root", DEPLOYMENT, pod({}, { securityContext: { fsGroup: 0 } }), /fsGroup 0/],
  [
    "containers-non-root",
    DEPLOYMENT,
    pod({}, { securityContext: { supplementalGroups: [5, 0] } }),
    /supplementalGroups with 0/,
  ],
  [
    "containers-non-root",
    DEPLOYMENT,
    pod({ securityContext: { runAsUser: 0 } }, { securityContext: { runAsUser: 10001 } }),
    /runAsUser 0/,
  ],
  ["containers-non-root", DEPLOYMENT, pod({}, { containers: { main: {} } }), /containers is missing/],
  ["images-pinned", DEPLOYMENT, pod({ image: "registry.example/web:latest" }), /web:latest/],
  ["images-pinned", DEPLOYMENT, pod({ image: "registry.example/web@sha256:abc" }), /sha256:abc/],
  ["secrets-as-files", DEPLOYMENT, variable("DB_PASSWORD", UNKNOWN), /DB_PASSWORD/],
  ["secrets-as-files", DEPLOYMENT, variable("DB_PASS", "123456"), /DB_PASS /],
  ["secrets-as-files", DEPLOYMENT, variable("PASSWORD_1", "hunter2"), /PASSWORD_1/],
  ["secrets-as-files", DEPLOYMENT, variable("BILLING", `sk_live_${"4eC39HqLyjWD"}arjtT1zd`), /an API key/],
  ["secrets-as-files", DEPLOYMENT, pod({ env: UNKNOWN }), /env that is not known/],
  ["secrets-as-files", "kubernetes:core/v1:ConfigMap", map({ password: "12345678" }), /password/],
  ["secrets-as-files", "kubernetes:core/v1:ConfigMap", map({ "userlist.txt": '"a" "b"' }), /userlist/],
  [
    "secrets-as-files",
    "kubernetes:core/v1:ConfigMap",
    { binaryData: { "a.ini": base64("password=hunter2") } },
    /it sets password/,
  ],
  ["security-groups-closed", RULE, { cidrIpv6: "::/0", ipProtocol: "tcp", fromPort: 22, toPort: 22 }, /22/],
  [
    "security-groups-closed",
    RULE,
    { cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 443, toPort: 6000 },
    /ports 443 to 6000/,
  ],
  [
    "security-groups-closed",
    RULE,
    { cidrIpv4: UNKNOWN, ipProtocol: "tcp", fromPort: 5432, toPort: 5432 },
    /5432/,
  ],
  [
    "security-groups-closed",
    RULE,
    { prefixListId: "pl-1", ipProtocol: "tcp", fromPort: 5432, toPort: 5432 },
    /5432/,
  ],
  [
    "security-groups-closed",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    { type: "ingress", cidrBlocks: UNKNOWN, protocol: "tcp", fromPort: 0, toPort: 65_535 },
    /65535/,
  ],
  [
    "security-groups-closed",
    "aws:ec2/securityGroup:SecurityGroup",
    { ingress: UNKNOWN },
    /ingress: is not known in a preview/,
  ],
  ["no-public-database", CLUSTER, {}, /dbSubnetGroupName is unset/],
  ["no-public-database", "aws:rds/clusterInstance:ClusterInstance", { publiclyAccessible: true }, /is true/],
  ["no-public-database", "aws:rds/snapshot:Snapshot", { sharedAccounts: ["all"] }, /shared with everybody/],
  ["no-public-bucket", "aws:s3/bucketV2:BucketV2", { acl: "public-read" }, /acl is "public-read"/],
  ["no-public-bucket", "aws:s3/bucketObjectv2:BucketObjectv2", { acl: "public-read" }, /acl is/],
  ["no-public-bucket", "aws:s3/bucket:Bucket", { acl: UNKNOWN }, /acl is not known/],
  ["no-public-bucket", "aws:s3/bucket:Bucket", { grants: [{ uri: everyUser }] }, /a grant is to/],
  [
    "no-public-bucket",
    "aws:s3/bucketAcl:BucketAcl",
    { accessControlPolicy: { grants: [{ grantee: { uri: everyUser } }] } },
    /a grant is to/,
  ],
  ["no-public-bucket", "aws:s3/bucket:Bucket", stranger({}), /allows everybody/],
  ["no-public-bucket", "aws:s3/bucketPolicy:BucketPolicy", stranger({ Condition: {} }), /allows everybody/],
  [
    "no-public-bucket",
    "aws:s3/bucketPolicy:BucketPolicy",
    stranger({ Condition: { Bool: { "aws:SecureTransport": "true" } } }),
    /allows everybody/,
  ],
  [
    "no-public-bucket",
    "aws:s3/bucketPolicy:BucketPolicy",
    stranger({ Condition: { StringLike: { "aws:PrincipalArn": "*" } } }),
    /allows everybody/,
  ],
  [
    "no-public-bucket",
    "aws:s3/bucketPolicy:BucketPolicy",
    allow({ NotPrincipal: { AWS: "arn:aws:iam::1:root" }, Action: "s3:GetObject", Resource: "*" }),
    /allows everybody/,
  ],
  ["encrypted-at-rest", CLUSTER, {}, /storageEncrypted is unset/],
  ["encrypted-at-rest", "aws:ec2/amiCopy:AmiCopy", { sourceAmiRegion: HOME }, /encrypted is unset/],
  ["encrypted-at-rest", "aws:ebs/encryptionByDefault:EncryptionByDefault", { enabled: false }, /enabled/],
  [
    "encrypted-at-rest",
    "aws:ec2/launchTemplate:LaunchTemplate",
    { blockDeviceMappings: [{ ebs: { encrypted: "false" } }] },
    /encrypted is "false"/,
  ],
  ["tls-only", CLUSTER, { engine: "aurora-postgresql" }, /dbClusterParameterGroupName.* is unset/],
  ["tls-only", "aws:rds/instance:Instance", { engine: "mysql" }, /parameterGroupName.* is unset/],
  [
    "tls-only",
    "aws:rds/clusterParameterGroup:ClusterParameterGroup",
    { family: "aurora-postgresql16", parameters: [{ name: "rds.force_ssl", value: "0" }] },
    /rds\.force_ssl is "0"/,
  ],
  ["tls-only", "aws:rds/parameterGroup:ParameterGroup", { family: "mysql8.0" }, /require_secure_transport/],
  ["tls-only", "aws:rds/proxy:Proxy", { requireTls: false }, /requireTls is false/],
  ["production-multi-az", CLUSTER, { availabilityZones: [`${HOME}a`] }, /availabilityZones has 1/],
  ["production-backups", CLUSTER, { backupRetentionPeriod: 7, skipFinalSnapshot: true }, /skipFinalSnapshot/],
  ["production-deletion-protection", "aws:s3/bucketV2:BucketV2", { forceDestroy: true }, /forceDestroy/],
  ["iam-no-wildcards", POLICY, allow({ Action: "s3:*", Resource: "*" }), /allows s3:\* on \*/],
  ["iam-no-wildcards", POLICY, allow({ Action: ["s3:Get*", "IAM:*"], Resource: ["*"] }), /IAM:\*/],
  ["iam-no-wildcards", POLICY, allow({ Action: "**", Resource: "**" }), /allows \*:\*/],
  ["iam-no-wildcards", POLICY, allow({ Action: "*", Resource: "arn:aws:*" }), /allows \*:\*/],
  ["iam-no-wildcards", POLICY, allow({ Action: "*", NotResource: "arn:aws:s3:::b" }), /allows \*:\*/],
  [
    "iam-no-wildcards",
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    { policyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] },
    /attaches/,
  ],
  [
    "iam-no-wildcards",
    "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy",
    { inlinePolicy: everything.policy.replace("sqs:*", "*") },
    /allows \*:\*/,
  ],
  ["iam-no-wildcards", "aws:sqs/queuePolicy:QueuePolicy", everything, /allows everybody/],
  ["iam-no-wildcards", "aws:sns/topicPolicy:TopicPolicy", everything, /allows everybody/],
  ["iam-no-wildcards", "aws:kms/key:Key", everything, /allows everybody/],
  ["aws-region-ap-southeast-2", "aws:s3/bucket:Bucket", { region: 2 }, /region is 2/],
  ["aws-region-ap-southeast-2", CLUSTER, { globalClusterIdentifier: "g" }, /over several regions/],
  ["aws-region-ap-southeast-2", "aws:cloudfront/distribution:Distribution", {}, /copies data/],
  [
    "aws-region-ap-southeast-2",
    DEPLOYMENT,
    variable("AWS_REGION", "us-east-1"),
    /AWS_REGION\) is "us-east-1"/,
  ],
  ["aws-region-ap-southeast-2", DEPLOYMENT, variable("AWS_DEFAULT_REGION", UNKNOWN), /is not known/],
  [
    "aws-region-ap-southeast-2",
    DEPLOYMENT,
    variable("SIGN_IN", "https://x.auth.us-east-1.amazoncognito.com"),
    /us-east-1/,
  ],
  [
    "aws-region-ap-southeast-2",
    "kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass",
    { spec: { parameters: { region: HOME, failoverRegion: "us-east-1" } } },
    /failoverRegion is "us-east-1"/,
  ],
  [
    "aws-region-ap-southeast-2",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
    { sourceDbInstanceArn: "arn:aws:rds:us-east-1:1:db:x" },
    /sourceDbInstanceArn/,
  ],
  [
    "aws-region-ap-southeast-2",
    "aws:secretsmanager/secret:Secret",
    { replicas: [{ region: "us-east-1" }] },
    /replicas\[0\]\.region/,
  ],
];

const ACCEPTED: [policy: string, type: string, inputs: Record<string, unknown>][] = [
  ["secrets-as-files", DEPLOYMENT, variable("TOKEN", "300")],
  ["secrets-as-files", DEPLOYMENT, variable("DATABASE_CREDENTIALS", "/var/run/database")],
  ["images-pinned", DEPLOYMENT, pod({ image: `r.example/web:1.2@sha256:${"a".repeat(64)}` })],
  ["security-groups-closed", RULE, { referencedSecurityGroupId: UNKNOWN, fromPort: 5432 }],
  ["no-public-database", "aws:rds/clusterInstance:ClusterInstance", { clusterIdentifier: "c" }],
  [
    "no-public-bucket",
    "aws:s3/bucketPolicy:BucketPolicy",
    stranger({ Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }),
  ],
  ["iam-no-wildcards", POLICY, allow({ Action: "s3:*", Resource: "arn:aws:s3:::b/*" })],
  ["iam-no-wildcards", POLICY, allow({ Action: "ec2:Describe*", Resource: "*" })],
  ["aws-region-ap-southeast-2", DEPLOYMENT, variable("AWS_REGION", HOME)],
  ["tls-only", CLUSTER, { replicationSourceIdentifier: "c" }],
];

describe("policies against those who look for a way round", () => {
  const home = awsProvider(HOME);
  const shown = (inputs: Record<string, unknown>) =>
    JSON.stringify(inputs, (_, value) => (value === UNKNOWN ? "(unknown)" : value)).slice(0, 110);

  for (const [policy, type, inputs, reason] of REFUSED) {
    it(`${policy} refuses ${type} ${shown(inputs)}`, async () => {
      const messages = await judgeBy(policy)(home, inProduction(resource(type, inputs)));
      assert.equal(messages.length, 1, messages.join("\n"));
      assert.match(messages[0] ?? "", reason);
      assert.match(messages[0] ?? "", /\nsubject \(.*\. [A-Z]/s, "it says what, where, and what to do");
    });
  }
  for (const [policy, type, inputs] of ACCEPTED) {
    it(`${policy} accepts ${type} ${shown(inputs)}`, async () => {
      assert.deepEqual(await judgeBy(policy)(home, inProduction(resource(type, inputs))), []);
    });
  }
});
