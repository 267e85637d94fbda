import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Graph } from "../../engine/index.ts";
import { differences } from "./compare.ts";
import { changedBy } from "./engine-graph.ts";
import { afterwards } from "./ignored.ts";
import { failed, POLICIES, stateOf, succeeded, withPulumi, YES } from "./suite.ts";

/** URNs of the resources with other inputs than before. */
function changes(before: Graph, after: Graph): string[] {
  const inputs = new Map(before.resources.map(({ urn, inputs }) => [urn, inputs]));
  const changed = after.resources.filter(({ urn, inputs: now }) => !isDeepStrictEqual(inputs.get(urn), now));
  assert.ok(changed.length > 0);
  return changed.map(({ urn }) => urn).sort();
}

withPulumi("pulumi up", (workspace) => {
  it("ends with the error of a resource that its provider refuses", async () => {
    const refused = "kubernetes:apps/v1:Deployment";
    await workspace().init("ci");
    const { stdout, stderr } = await failed(
      workspace().run(["up", "--stack", "ci", ...YES], { STANDIN_FAIL: refused }),
    );
    const printed = stdout + stderr;
    assert.match(printed, /kubernetes:apps\/v1:Deployment \(?(web|gateway|trading)-deployment\)?/);
    assert.match(printed, /can't be created: STANDIN_FAIL is kubernetes:apps\/v1:Deployment/);
    const { resources } = await stateOf(workspace(), "ci");
    assert.ok(resources.length > 0 && resources.every(({ type }) => type !== refused));
  });

  it("mends it the next time, and has then the offline graph", async () => {
    await succeeded(workspace().run(["up", "--stack", "ci", ...YES, ...POLICIES]));
    assert.deepEqual(differences(await workspace().offline("ci"), await stateOf(workspace(), "ci")), []);
  });

  it("makes the offline graph of dev, with its outputs, and reaches what remote components make", async () => {
    await workspace().init("dev");
    await succeeded(workspace().run(["up", "--stack", "dev", ...YES, ...POLICIES]));
    const [offline, state] = [await workspace().offline("dev"), await stateOf(workspace(), "dev")];
    assert.deepEqual(differences(offline, state), []);
    const stack = state.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
    assert.deepEqual(stack?.outputs, offline.outputs);
    // Through the program's transform, since the component has no argument for it.
    const clusters = state.resources.filter(({ type }) => type === "aws:eks/cluster:Cluster");
    assert.deepEqual(
      clusters.map(({ inputs }) => inputs?.zonalShiftConfig),
      [{ enabled: true }],
    );
  });

  it("changes nothing when nothing was changed", async () => {
    await succeeded(workspace().run(["preview", "--stack", "dev", "--expect-no-changes"]));
  });

  it("updates in place what the offline graphs show to be different, and nothing else", async () => {
    // As many pods at most as before: the database's connections are counted out.
    const change = ["trizone:replicas=4", "trizone:maxReplicas=12"];
    const before = await workspace().offline("dev");
    const given = change.flatMap((one) => ["--config", one]);
    const events = await succeeded(workspace().run(["up", "--stack", "dev", "--json", ...given, ...YES]));
    const after = afterwards(before, await workspace().offline("dev", change));
    assert.deepEqual(changedBy(events), changes(before, after));
    assert.deepEqual(differences(after, await stateOf(workspace(), "dev")), []);
  });

  it("destroys all that it made", async () => {
    await succeeded(workspace().run(["destroy", "--stack", "dev", ...YES]));
    assert.deepEqual((await stateOf(workspace(), "dev")).resources, []);
  });
});
