import assert from "node:assert/strict";
import { judgeBy, named, resource } from "../pack.ts";

const OTHER = "999999999999";
const OWN = "000000000000";
const role = (account: string) => `arn:aws:iam::${account}:role/x`;
const allow = (account: string) =>
  JSON.stringify({
    Statement: [{ Effect: "Allow", Principal: { AWS: role(account) }, Action: "*", Resource: "*" }],
  });

/** Ways to share with an account: type, and its arguments for that account. */
const WAYS: [type: string, inputs: (account: string) => Record<string, unknown>][] = [
  ["aws:ec2/amiLaunchPermission:AmiLaunchPermission", (accountId) => ({ imageId: "ami-1", accountId })],
  ["aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission", (accountId) => ({ accountId })],
  ["aws:ec2/vpcEndpointService:VpcEndpointService", (account) => ({ allowedPrincipals: [role(account)] })],
  [
    "aws:ssm/document:Document",
    (account) => ({ permissions: { type: "Share", accountIds: `${OWN},${account}` } }),
  ],
  ["aws:ram/principalAssociation:PrincipalAssociation", (principal) => ({ principal })],
  ["aws:lambda/permission:Permission", (principal) => ({ principal })],
  ["aws:lambda/layerVersionPermission:LayerVersionPermission", (principal) => ({ principal })],
  ["aws:eks/accessEntry:AccessEntry", (account) => ({ principalArn: role(account) })],
  ["aws:eks/accessPolicyAssociation:AccessPolicyAssociation", (account) => ({ principalArn: role(account) })],
  ["aws:cloudwatch/eventPermission:EventPermission", (principal) => ({ principal })],
  ["aws:cloudwatch/eventBusPolicy:EventBusPolicy", (account) => ({ policy: allow(account) })],
  ["aws:s3/bucketPolicy:BucketPolicy", (account) => ({ policy: allow(account) })],
  ["aws:ecr/repositoryPolicy:RepositoryPolicy", (account) => ({ policy: allow(account) })],
  [
    "aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy",
    (account) => ({ policy: JSON.stringify([{ Rules: [], Principal: [role(OWN), role(account)] }]) }),
  ],
  ["aws:s3/inventory:Inventory", (accountId) => ({ destination: { bucket: { accountId } } })],
  ["aws:s3control/accessGrant:AccessGrant", (account) => ({ grantee: { granteeIdentifier: role(account) } })],
  ["aws:kms/grant:Grant", (account) => ({ granteePrincipal: role(account) })],
  [
    "aws:ecr/replicationConfiguration:ReplicationConfiguration",
    (registryId) => ({ replicationConfiguration: { rules: [{ destinations: [{ registryId }] }] } }),
  ],
  [
    "aws:redshift/dataShareAuthorization:DataShareAuthorization",
    (consumerIdentifier) => ({ consumerIdentifier }),
  ],
  ["aws:lakeformation/permissions:Permissions", (principal) => ({ principal })],
  [
    "aws:dlm/lifecyclePolicy:LifecyclePolicy",
    (account) => ({ policyDetails: { schedules: [{ shareRule: { targetAccounts: [account] } }] } }),
  ],
  [
    "aws:imagebuilder/distributionConfiguration:DistributionConfiguration",
    (account) => ({
      distributions: [{ amiDistributionConfiguration: { launchPermission: { userIds: [account] } } }],
    }),
  ],
  [
    "kubernetes:core/v1:ServiceAccount",
    (account) => ({ metadata: { annotations: { "eks.amazonaws.com/role-arn": role(account) } } }),
  ],
  [
    "kubernetes:core/v1:ConfigMap",
    (account) => ({ metadata: { name: "aws-auth" }, data: { mapRoles: `- rolearn: ${role(account)}\n` } }),
  ],
];

/** What everybody gets. */
const OPEN: [type: string, inputs: Record<string, unknown>][] = [
  ["aws:ec2/amiLaunchPermission:AmiLaunchPermission", { group: "all" }],
  ["aws:ssm/document:Document", { permissions: { type: "Share", accountIds: "All" } }],
  ["aws:lambda/permission:Permission", { principal: "*" }],
  ["aws:lambda/functionUrl:FunctionUrl", { authorizationType: "NONE" }],
  ["aws:ecrpublic/repository:Repository", {}],
  ["aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", { state: "unblocked" }],
  ["aws:ram/resourceShare:ResourceShare", { allowExternalPrincipals: true }],
];

describe("policy data-in-own-accounts", () => {
  const judge = judgeBy("data-in-own-accounts");
  const topic = named("topic", "aws:sns/topic:Topic", { arn: `arn:aws:sns:ap-southeast-2:${OWN}:t` });

  for (const [type, inputs] of WAYS) {
    it(`refuses ${type} for another account, and accepts it for the stack's own`, async () => {
      const messages = await judge(topic, resource(type, inputs(OTHER)));
      assert.equal(messages.length, 1, messages.join("\n"));
      assert.match(messages[0] ?? "", /account 999999999999, which isn't known to be ours.*Share with/s);
      assert.deepEqual(await judge(topic, resource(type, inputs(OWN))), []);
    });
  }

  for (const [type, inputs] of OPEN) {
    it(`refuses ${type} ${JSON.stringify(inputs)}`, async () => {
      assert.equal((await judge(topic, resource(type, inputs))).length, 1);
    });
  }

  it("knows the accounts that a provider names as the bank's own", async () => {
    const provider = named("other", "pulumi:providers:aws", {
      region: "ap-southeast-2",
      allowedAccountIds: JSON.stringify(["222222222222"]),
      assumeRoles: JSON.stringify([{ roleArn: role("333333333333") }]),
    });
    const shares = ["222222222222", "333333333333"].map((account) =>
      named(account, "aws:lambda/permission:Permission", { principal: account }),
    );
    assert.deepEqual(await judge(provider, ...shares), []);
    assert.equal((await judge(...shares)).length, 2, "while nothing shows them they aren't");
  });

  it("knows the stack's account before it has ARNs, by its keys' documents", async () => {
    const key = named("key", "aws:kms/key:Key", {
      policy: JSON.stringify({
        Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${OWN}:root` }, Action: "kms:*" }],
      }),
    });
    const share = (account: string) => resource("aws:lambda/permission:Permission", { principal: account });
    assert.deepEqual(await judge(key, share(OWN)), []);
    assert.equal((await judge(key, share(OTHER))).length, 1);
  });

  it("leaves alone services, the organisation, checks and AWS's own accounts", async () => {
    const accepted = [
      named("service", "aws:lambda/permission:Permission", {
        principal: "events.amazonaws.com",
        sourceAccount: OTHER,
      }),
      named("organisation", "aws:ram/principalAssociation:PrincipalAssociation", {
        principal: `arn:aws:organizations::${OTHER}:organization/o-1`,
      }),
      named("check", "aws:s3/bucketVersioning:BucketVersioning", { expectedBucketOwner: OTHER }),
      named("bound", "aws:lambda/layerVersionPermission:LayerVersionPermission", {
        principal: "*",
        organizationId: "o-1",
      }),
      named("logs", "aws:s3/bucketPolicy:BucketPolicy", { policy: allow("783225319266") }),
      named("deny", "aws:s3/bucketPolicy:BucketPolicy", { policy: allow(OTHER).replace("Allow", "Deny") }),
      named("trust", "aws:iam/role:Role", { assumeRolePolicy: allow(OTHER) }),
    ];
    assert.deepEqual(await judge(topic, ...accepted), []);
  });
});

describe("policies beside data-in-own-accounts", () => {
  it("no-public-database refuses snapshots for other accounts", async () => {
    const judge = judgeBy("no-public-database");
    const snapshot = (account: string) =>
      resource("aws:rds/snapshot:Snapshot", { sharedAccounts: [account] });
    assert.match(
      (await judge(snapshot(OTHER))).join(),
      /sharedAccounts\[0\] shares with the account 999999999999/,
    );
    assert.match((await judge(snapshot("all"))).join(), /shared with everybody/);
  });

  it("no-public-bucket refuses ACLs for other accounts", async () => {
    const judge = judgeBy("no-public-bucket");
    const acl = (id: string) =>
      resource("aws:s3/bucketAcl:BucketAcl", {
        accessControlPolicy: { owner: { id: "us" }, grants: [{ grantee: { id } }] },
      });
    assert.match((await judge(acl("them"))).join(), /a grant is to "them"/);
    assert.deepEqual(await judge(acl("us")), []);
  });

  it("buckets-guarded refuses inventories in strange buckets, and unguarded buckets of AWS's own provider", async () => {
    const judge = judgeBy("buckets-guarded");
    const inventory = resource("aws:s3/inventory:Inventory", {
      destination: { bucket: { bucketArn: "arn:aws:s3:::partner" } },
    });
    assert.match((await judge(inventory)).join(), /copies to the bucket partner/);
    const native = named("native", "aws-native:s3:Bucket", { publicAccessBlockConfiguration: {} });
    assert.match(
      (await judge(native)).join(),
      /blockPublicAcls is unset.*no bucketEncryption.*no BucketPolicy/s,
    );
  });
});
