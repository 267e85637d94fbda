import assert from "node:assert/strict";
import { differences } from "./compare.ts";
import { POLICIES, stateOf, succeeded, withPulumi, YES } from "./suite.ts";

withPulumi("pulumi up, layer by layer", (workspace) => {
  it("makes the foundation, and the applications on what its stack says of itself", async () => {
    const pulumi = workspace();
    const foundation = "trizone:foundation: organization/trizone/base";
    await pulumi.init("base", "dev", ["trizone:layer: foundation"]);
    await pulumi.init("apps", "dev", ["trizone:layer: applications", foundation]);
    for (const stack of ["base", "apps"]) {
      await succeeded(pulumi.run(["up", "--stack", stack, ...YES, ...POLICIES]));
      const { graph } = await pulumi.offline(stack);
      const state = await stateOf(pulumi, stack);
      assert.deepEqual(differences(graph, state), [], stack);
    }
  });

  it("takes the applications away and leaves the foundation as it is", async () => {
    const pulumi = workspace();
    const before = await stateOf(pulumi, "base");
    await succeeded(pulumi.run(["destroy", "--stack", "apps", ...YES]));
    assert.deepEqual((await stateOf(pulumi, "apps")).resources, []);
    assert.deepEqual(await stateOf(pulumi, "base"), before);
  });
});
