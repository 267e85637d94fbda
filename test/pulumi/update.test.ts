import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Graph } from "../../engine/graph.ts";
import { differences } from "./compare.ts";
import { changedBy, type EngineGraph, fromState } from "./engine-graph.ts";
import { failed, succeeded, withPulumi } from "./suite.ts";
import type { Workspace } from "./workspace.ts";

const POLICIES = ["--policy-pack", "policies"];
const YES = ["--yes", "--skip-preview"];

async function stateOf(workspace: Workspace, stack: string): Promise<EngineGraph> {
  return fromState(await succeeded(workspace.run(["stack", "export", "--stack", stack, "--show-secrets"])));
}

/** URNs of the resources with other inputs than before. */
function changes(before: Graph, after: Graph): string[] {
  const inputs = new Map(before.resources.map(({ urn, inputs }) => [urn, inputs]));
  const changed = after.resources.filter(({ urn, inputs: now }) => !isDeepStrictEqual(inputs.get(urn), now));
  assert.ok(changed.length > 0);
  return changed.map(({ urn }) => urn).sort();
}

withPulumi("pulumi up", (workspace) => {
  it("ends with the error of a resource that its provider refuses", async () => {
    await succeeded(workspace().run(["stack", "init", "dev"]));
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
    const [{ graph: offline }, state] = [await workspace().offline("dev"), await stateOf(workspace(), "dev")];
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

  // Both hold again once provider/children.ts makes an image's child and answers a template's latest version.
  it.skip("changes nothing when nothing was changed (skipped: the stand-in gives awsx.ecr.Image no children and a launch template no version, so a preview shows both as unknown)", async () => {
    await succeeded(workspace().run(["preview", "--stack", "dev", "--expect-no-changes"]));
  });

  it.skip("updates in place what the offline graphs show to be different, and nothing else (skipped: autoscalers ignore changes of minReplicas, which the comparison does not know)", async () => {
    const before = await workspace().offline("dev");
    const change = ["--config", "trizone:replicas=4"];
    const events = await succeeded(workspace().run(["up", "--stack", "dev", "--json", ...change, ...YES]));
    const after = await workspace().offline("dev");
    assert.deepEqual(changedBy(events), changes(before.graph, after.graph));
    assert.deepEqual(differences(after.graph, await stateOf(workspace(), "dev")), []);
  });

  it("destroys all that it made", async () => {
    await succeeded(workspace().run(["destroy", "--stack", "dev", ...YES]));
    assert.deepEqual((await stateOf(workspace(), "dev")).resources, []);
  });

  for (const stack of ["prod", "ci"]) {
    it(`has the offline graph on ${stack}, now that every value is known`, async () => {
      await succeeded(workspace().run(["stack", "init", stack]));
      await succeeded(workspace().run(["up", "--stack", stack, ...YES, ...POLICIES]));
      const { graph } = await workspace().offline(stack);
      assert.deepEqual(differences(graph, await stateOf(workspace(), stack)), []);
    });
  }
});
