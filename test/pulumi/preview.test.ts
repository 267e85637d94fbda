import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { differences } from "./compare.ts";
import { fromPreview } from "./engine-graph.ts";
import { failed, succeeded, withPulumi } from "./suite.ts";

const POLICIES = ["--policy-pack", "policies"];

withPulumi("pulumi preview", (workspace) => {
  for (const stack of ["dev", "prod", "ci"]) {
    it(`accepts ${stack} and sees the graph that the offline engine sees`, async () => {
      const pulumi = workspace();
      await succeeded(pulumi.run(["stack", "init", stack]));
      const printed = await succeeded(pulumi.run(["preview", "--stack", stack, "--json", ...POLICIES]));
      assert.deepEqual(differences(await pulumi.offline(stack), fromPreview(printed)), []);
    });
  }

  it("refuses another region by the sovereignty policy, down to the children of remote components", async () => {
    const pulumi = workspace();
    const { program } = pulumi;
    copyFileSync(join(program, "Pulumi.dev.yaml"), join(program, "Pulumi.elsewhere.yaml"));
    await succeeded(pulumi.run(["stack", "init", "elsewhere"]));
    const region = ["--config", "aws:region=us-east-1"];
    const printed = await failed(pulumi.run(["preview", "--stack", "elsewhere", ...region, ...POLICIES]));
    assert.match(printed, /\[mandatory\]\s+trizone-policies\S*\s+aws-region-ap-southeast-2/);
    for (const name of ["database-instance", "cluster-eks-eksCluster"]) {
      assert.match(printed, new RegExp(`aws-region-ap-southeast-2 .*${name}`));
    }
  });
});
