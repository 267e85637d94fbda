import assert from "node:assert/strict";
import { judgeBy, resource } from "../pack.ts";

const GITHUB = "token.actions.githubusercontent.com";
const OWN = "000000000000";

/** What the policy says of a role of the account 000000000000 with such a statement in its trust. */
async function trusting(statement: object): Promise<string> {
  const assumeRolePolicy = JSON.stringify({ Statement: [{ Effect: "Allow", ...statement }] });
  const role = resource("aws:iam/role:Role", { assumeRolePolicy, arn: `arn:aws:iam::${OWN}:role/r` });
  return (await judgeBy("iam-no-wildcards")(role)).join();
}

describe("whom a role trusts", () => {
  const of = (AWS: string | string[], Condition?: object) =>
    trusting({ Principal: { AWS }, Action: "sts:AssumeRole", ...(Condition ? { Condition } : {}) });

  it("is its own account, or another with an external id or in the organisation", async () => {
    const stranger = "arn:aws:iam::999999999999:root";
    assert.equal(await of(`arn:aws:iam::${OWN}:root`), "");
    assert.equal(await of(stranger, { StringEquals: { "sts:ExternalId": "bank-4711" } }), "");
    assert.equal(await of(stranger, { StringEquals: { "aws:PrincipalOrgID": "o-bank" } }), "");
    for (const [principal, condition] of [
      [stranger, undefined],
      ["999999999999", undefined],
      [[`arn:aws:iam::${OWN}:root`, "arn:aws:iam::999999999999:role/x"], undefined],
      [stranger, { StringLike: { "sts:ExternalId": "*" } }],
      [stranger, { StringEqualsIfExists: { "sts:ExternalId": "bank-4711" } }],
      [stranger, { Bool: { "aws:MultiFactorAuthPresent": "true" } }],
    ] as const) {
      assert.match(
        await of(principal as string, condition),
        /trust lets account 999999999999 in without an external id/,
      );
    }
  });

  it("names whose token it takes", async () => {
    const token = (host: string, Condition: object) =>
      trusting({
        Principal: { Federated: `arn:aws:iam::${OWN}:oidc-provider/${host}` },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition,
      });
    const sub = (value: string | string[]) => ({ StringLike: { [`${GITHUB}:sub`]: value } });
    for (const right of [
      sub("repo:bank/app:ref:refs/heads/main"),
      sub("repo:bank/*"),
      sub(["repo:bank/a:*"]),
    ])
      assert.equal(await token(GITHUB, right), "");
    for (const wrong of [
      { StringEquals: { [`${GITHUB}:aud`]: "sts.amazonaws.com" } },
      sub("repo:*"),
      sub("repo:*/app:*"),
      sub("repo:b*"),
      sub("*"),
      sub(["repo:bank/*", "repo:*"]),
      { "ForAllValues:StringLike": { [`${GITHUB}:sub`]: "repo:bank/*" } },
    ]) {
      assert.match(await token(GITHUB, wrong), /takes any token of token\.actions/, JSON.stringify(wrong));
    }
    const eks = "oidc.eks.ap-southeast-2.amazonaws.com/id/ABC";
    const account = (name: string) => ({ StringEquals: { [`${eks}:sub`]: `system:serviceaccount:${name}` } });
    assert.equal(await token(eks, account("trading:trading")), "");
    assert.match(
      await token(eks, { StringLike: { [`${eks}:sub`]: "system:serviceaccount:*:*" } }),
      /any token/,
    );
  });
});
