import assert from "node:assert/strict";
import { awsProvider, judgeBy, resource } from "../pack.ts";

describe("policy known-providers", () => {
  const judge = judgeBy("known-providers");

  it("refuses providers that no policy knows, and what they make", async () => {
    for (const name of ["gcp", "azure-native", "mongodbatlas"]) {
      const provider = resource(`pulumi:providers:${name}`, {});
      assert.match((await judge(provider)).join(), new RegExp(`no policy knows the provider ${name}`));
    }
    const aws = awsProvider("ap-southeast-2");
    const made = resource("gcp:storage/bucket:Bucket", {}, { provider: `${aws.urn}::id` });
    assert.match((await judge(aws, made)).join(), /no policy knows the provider gcp/);
  });

  it("accepts those that the policies know, and the program's own components", async () => {
    const accepted = [
      ...["aws", "aws-native", "awsx", "eks", "kubernetes", "tls", "random"].map((name) =>
        resource(`pulumi:providers:${name}`, {}),
      ),
      resource("pulumi:providers:aws-apigateway", {}),
      resource("trizone:network:Network", {}, { custom: false }),
      resource("pulumi:pulumi:Stack", {}, { custom: false }),
    ];
    assert.deepEqual(await judge(...accepted), []);
  });
});
