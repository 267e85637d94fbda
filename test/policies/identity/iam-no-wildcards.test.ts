import assert from "node:assert/strict";
import { changed, holds, judgeBy, named, resource } from "../pack.ts";

const POLICY = "iam-no-wildcards";
const document = (...statements: object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
const judge = judgeBy(POLICY);
const reasons = async (type: string, inputs: Record<string, unknown>) =>
  (await judge(resource(type, inputs))).join();

describe("policy iam-no-wildcards", () => {
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
    [
      ["policyArn", "arn:aws:iam::aws:policy/AdministratorAccess", /attaches/],
      ["policyArn", "arn:aws:iam::aws:policy/job-function/SystemAdministrator", /attaches/],
      ["policyArn", "arn:aws-cn:iam::aws:policy/AmazonS3FullAccess", /attaches/],
    ],
  );

  it("lets everything on one thing be, and denials", async () => {
    const narrow = document({ ...allow, Action: "*", Resource: "arn:aws:s3:::b" });
    const deny = document({ ...allow, Effect: "Deny", Action: "*" });
    for (const text of [narrow, deny]) {
      const inputs = changed({ policy }, "policy", text);
      assert.deepEqual(await judge(resource("aws:iam/policy:Policy", inputs)), []);
    }
  });

  it("refuses grants that reach everything in any spelling", async () => {
    const grants: [string | string[], string, RegExp][] = [
      ["s3:?*", "*", /s3:\?\*/],
      ["S3:*", "arn:aws:s3:::*", /S3:\*/],
      ["s3:*", "arn:aws:s3:::*/*", /s3:\*/],
      ["ec2:*", "arn:aws:ec2:*:*:*", /ec2:\*/],
      ["kms:*", "arn:aws:kms:ap-southeast-2:000000000000:key/*", /kms:\*/],
      [["iam:A*", "iam:P*"], "*", /iam:A\*/],
      ["iam:*Role*", "arn:aws:iam::*:role/*", /iam:AttachRolePolicy/],
      ["iam:Pass*", "*", /iam:PassRole/],
      ["sts:AssumeRole", "arn:*:iam::*:*", /sts:AssumeRole/],
    ];
    for (const [Action, Resource, reason] of grants) {
      const text = document({ Effect: "Allow", Action, Resource });
      assert.match(await reasons("aws:iam/userPolicy:UserPolicy", { policy: text }), reason);
    }
    assert.match(
      await reasons("aws:iam/policy:Policy", { policy: { Statement: { ...allow, Action: "sns:*" } } }),
      /sns:\*/,
      "a document that isn't text",
    );
  });

  it("accepts what names its actions or its resources", async () => {
    const grants: [string | string[], string | string[], object?][] = [
      [["ec2:Describe*", "iam:Get*", "iam:List*", "kms:ReEncrypt*"], "*"],
      ["s3:*", ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]],
      ["dynamodb:*", "arn:aws:dynamodb:ap-southeast-2:000000000000:table/orders"],
      ["logs:*", "arn:aws:logs:ap-southeast-2:000000000000:log-group:/aws/x:*"],
      ["iam:PassRole", "arn:aws:iam::000000000000:role/batch-*"],
      ["sts:AssumeRole", "arn:aws:iam::*:role/deployer"],
      [
        ["iam:AttachRolePolicy"],
        "*",
        { StringEquals: { "iam:PermissionsBoundary": "arn:aws:iam::000000000000:policy/boundary" } },
      ],
    ];
    for (const [Action, Resource, Condition] of grants) {
      const text = document({ Effect: "Allow", Action, Resource, ...(Condition ? { Condition } : {}) });
      assert.deepEqual(await judge(resource("aws:iam/policy:Policy", { policy: text })), [], text);
    }
  });

  it("accepts a wide policy that is only a boundary", async () => {
    const boundary = named("boundary", "aws:iam/policy:Policy", {
      arn: "arn:aws:iam::000000000000:policy/boundary",
      policy: document({ ...allow, Action: "*" }),
    });
    const role = named("role", "aws:iam/role:Role", {
      assumeRolePolicy,
      permissionsBoundary: "arn:aws:iam::000000000000:policy/boundary",
    });
    const attached = named("attached", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", {
      policyArn: "arn:aws:iam::000000000000:policy/boundary",
    });
    assert.deepEqual(await judge(boundary, role), []);
    assert.match((await judge(boundary, role, attached)).join(), /boundary .*allows \*:\*/);
  });

  it("refuses resources that everybody may use, whatever holds their policy", async () => {
    const open = { Effect: "Allow", Principal: "*", Action: "x:*", Resource: "*" };
    const types: [string, string][] = [
      ["aws:dynamodb/resourcePolicy:ResourcePolicy", "policy"],
      ["aws:cloudwatch/eventBusPolicy:EventBusPolicy", "policy"],
      ["aws:opensearch/domain:Domain", "accessPolicies"],
      ["aws:codeartifact/domainPermissions:DomainPermissions", "policyDocument"],
      ["aws:s3tables/tablePolicy:TablePolicy", "resourcePolicy"],
    ];
    for (const [type, key] of types) {
      assert.match(await reasons(type, { [key]: document(open) }), /allows everybody/, type);
    }
    const grants: [string, Record<string, unknown>][] = [
      ["aws:lambda/permission:Permission", { principal: "*" }],
      ["aws:lambda/layerVersionPermission:LayerVersionPermission", { principal: "*" }],
      ["aws:lambda/functionUrl:FunctionUrl", { authorizationType: "NONE" }],
    ];
    for (const [type, inputs] of grants) assert.match(await reasons(type, inputs), /everybody/, type);
    assert.deepEqual(
      await judge(
        resource("aws:lambda/layerVersionPermission:LayerVersionPermission", {
          principal: "*",
          organizationId: "o-1",
        }),
      ),
      [],
    );
  });

  it("counts a condition that names an account, an organisation or a network", async () => {
    const bound = (Condition: object) =>
      document({ Effect: "Allow", Principal: { AWS: "*" }, Action: "sns:Publish", Resource: "*", Condition });
    const judged = (condition: object) =>
      reasons("aws:sns/topicPolicy:TopicPolicy", { policy: bound(condition) });
    for (const condition of [
      { StringEquals: { "AWS:SourceOwner": "000000000000" } },
      { stringequals: { "aws:sourceaccount": ["000000000000"] } },
      { ArnLike: { "aws:SourceArn": "arn:aws:s3:*:*:orders-events" } },
      { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-1/r-1/*" } },
      { StringEquals: { "kms:CallerAccount": "000000000000", "kms:ViaService": "s3.amazonaws.com" } },
    ]) {
      assert.equal(await judged(condition), "", JSON.stringify(condition));
    }
    for (const condition of [
      { StringLike: { "aws:PrincipalOrgID": "o-*" } },
      { "ForAllValues:StringEquals": { "aws:PrincipalOrgID": "o-1" } },
      { StringEqualsIfExists: { "aws:SourceAccount": "000000000000" } },
      { ArnLike: { "aws:SourceArn": "arn:aws:sns:*:*:*" } },
      { StringNotEquals: { "aws:PrincipalOrgID": "o-1" } },
      { StringEquals: { "kms:ViaService": "s3.amazonaws.com" } },
    ]) {
      assert.match(await judged(condition), /allows everybody/, JSON.stringify(condition));
    }
  });
});
