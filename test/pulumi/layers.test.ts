import assert from "node:assert/strict";
import { differences } from "./compare.ts";
import { POLICIES, stateOf, succeeded, withPulumi, YES } from "./suite.ts";

withPulumi("pulumi up, layer by layer", (workspace) => {
  it("makes prod's foundation, which is the offline graph's now that every value is known", async () => {
    const pulumi = workspace();
    await pulumi.init("base", "prod", ["trizone:layer: foundation"]);
    await succeeded(pulumi.run(["up", "--stack", "base", ...YES, ...POLICIES]));
    assert.deepEqual(differences(await pulumi.offline("base"), await stateOf(pulumi, "base")), []);
  });

  it("makes the applications on what the foundation's stack says of itself", async () => {
    const pulumi = workspace();
    const settings = ["trizone:layer: applications", "trizone:foundation: organization/trizone/base"];
    await pulumi.init("apps", "prod", settings);
    await succeeded(pulumi.run(["up", "--stack", "apps", ...YES, ...POLICIES]));
    const { outputs: foundation } = await pulumi.offline("base");
    const offline = await pulumi.offline("apps", [], foundation);
    assert.deepEqual(differences(offline, await stateOf(pulumi, "apps")), []);
  });
});
