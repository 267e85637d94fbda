import assert from "node:assert/strict";
import { changed, holds, judgeBy, resource } from "../pack.ts";

const document = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });

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
