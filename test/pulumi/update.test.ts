import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Graph } from "../../engine/graph.ts";
import { graphOf } from "../program/graphs.ts";
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
    await workspace().init("dev");
    const refused = "aws:rds/instance:Instance";
    const { stdout, stderr } = await failed(
      workspace().run(["up", "--stack", "dev", ...YES], { STANDIN_FAIL: refused }),
    );
    const printed = stdout + stderr;
    assert.match(printed, /aws:rds:Instance \(?database-instance\)?/);
    assert.match(printed, /can't be created: STANDIN_FAIL is aws:rds\/instance:Instance/);
    const { resources } = await stateOf(workspace(), "dev");
    assert.ok(resources.length > 0 && resources.every(({ type }) => type !== refused));
  });

  it("mends it the next time, and has then the offline graph", async () => {
    await succeeded(workspace().run(["up", "--stack", "dev", ...YES, ...POLICIES]));
    const [offline, state] = [await graphOf("dev"), await stateOf(workspace(), "dev")];
    assert.deepEqual(differences(offline, state), []);
    const stack = state.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
    assert.deepEqual(stack?.outputs, offline.outputs);
  });

  it("reaches the cluster that a remote component makes, through the program's transform", async () => {
    const { resources } = await stateOf(workspace(), "dev");
    const clusters = resources.filter(({ type }) => type === "aws:eks/cluster:Cluster");
    assert.deepEqual(
      clusters.map(({ inputs }) => inputs?.zonalShiftConfig),
      [{ enabled: true }],
    );
  });

  it("changes nothing when nothing was changed", async () => {
    await succeeded(workspace().run(["preview", "--stack", "dev", "--expect-no-changes", ...POLICIES]));
  });

  it("updates in place what the offline graphs show to be different, and nothing else", async () => {
    const change = "trizone:replicas=4";
    const given = ["--config", change];
    const events = await succeeded(workspace().run(["up", "--stack", "dev", "--json", ...given, ...YES]));
    const before = await graphOf("dev");
    const after = afterwards(before, await graphOf("dev", change));
    assert.deepEqual(changedBy(events), changes(before, after));
    assert.deepEqual(differences(after, await stateOf(workspace(), "dev")), []);
  });

  it("destroys all that it made", async () => {
    await succeeded(workspace().run(["destroy", "--stack", "dev", ...YES]));
    assert.deepEqual((await stateOf(workspace(), "dev")).resources, []);
  });

  for (const stack of ["prod", "ci"]) {
    it(`has the offline graph on ${stack}, now that every value is known`, async () => {
      await workspace().init(stack);
      await succeeded(workspace().run(["up", "--stack", stack, ...YES, ...POLICIES]));
      assert.deepEqual(differences(await graphOf(stack), await stateOf(workspace(), stack)), []);
    });
  }
});
