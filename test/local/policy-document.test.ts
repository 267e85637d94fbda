import assert from "node:assert/strict";
import { createProvider } from "../../local/provider/index.ts";

/** What the stand-in computes of the arguments of `aws.iam.getPolicyDocument`. */
async function computed(args: Record<string, unknown>) {
  const result = await createProvider().invoke("aws:iam/getPolicyDocument:getPolicyDocument", args as never);
  return JSON.parse(String(result.json));
}

describe("the stand-in for the provider's policy documents", () => {
  it("writes statements as the provider does", async () => {
    const statement = {
      sid: "Read",
      actions: ["s3:GetObject", "s3:ListBucket"],
      resources: ["arn:aws:s3:::b/&{aws:username}"],
      principals: [{ type: "AWS", identifiers: ["arn:aws:iam::000000000000:root"] }],
      conditions: [
        { test: "StringLike", variable: "s3:prefix", values: ["", "home/"] },
        { test: "Bool", variable: "aws:SecureTransport", values: ["true"] },
      ],
    };
    assert.deepEqual(await computed({ statements: [statement] }), {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Read",
          Effect: "Allow",
          Action: ["s3:ListBucket", "s3:GetObject"],
          Resource: `arn:aws:s3:::b/\${aws:username}`,
          Principal: { AWS: "arn:aws:iam::000000000000:root" },
          Condition: { Bool: { "aws:SecureTransport": "true" }, StringLike: { "s3:prefix": ["", "home/"] } },
        },
      ],
    });
    const everybody = [{ type: "*", identifiers: ["*"] }];
    const [open] = (await computed({ statements: [{ actions: ["x:y"], principals: everybody }] })).Statement;
    assert.equal(open.Principal, "*");
  });

  it("merges source documents and lets others override them by sid", async () => {
    const document = (Sid: string, Action: string) =>
      JSON.stringify({ Statement: [{ Sid, Effect: "Allow", Action }] });
    const merged = await computed({
      sourcePolicyDocuments: [document("a", "s3:GetObject"), document("b", "s3:PutObject")],
      statements: [{ sid: "c", actions: ["s3:ListBucket"], resources: ["*"] }],
      overridePolicyDocuments: [document("b", "s3:DeleteObject")],
    });
    assert.deepEqual(
      merged.Statement.map(({ Sid, Action }: { Sid: string; Action: string }) => [Sid, Action]),
      [
        ["a", "s3:GetObject"],
        ["b", "s3:DeleteObject"],
        ["c", "s3:ListBucket"],
      ],
    );
    const twice = [document("a", "s3:GetObject"), document("a", "s3:PutObject")];
    await assert.rejects(computed({ sourcePolicyDocuments: twice }), /two source documents .* sid a/);
  });

  it("gives a document without statements", async () => {
    assert.deepEqual(await computed({}), { Version: "2012-10-17" });
  });
});
