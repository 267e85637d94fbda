import assert from "node:assert/strict";
import { judgeBy, resource } from "../pack.ts";

describe("policy known-providers", () => {
  const judge = judgeBy("known-providers");

  it("refuses dynamic resources, and providers that no policy knows", async () => {
    const dynamic = resource("pulumi-nodejs:dynamic:Resource", { region: "us-east-1" });
    assert.match((await judge(dynamic)).join(), /can't be judged: a dynamic provider runs code of its own/);
    for (const name of ["gcp", "azure-native", "mongodbatlas", "command"]) {
      const provider = resource(`pulumi:providers:${name}`, {});
      assert.match((await judge(provider)).join(), new RegExp(`no policy knows the provider ${name}`));
    }
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
