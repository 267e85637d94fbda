import assert from "node:assert/strict";
import { type Ended, missingCli } from "./cli.ts";
import { type EngineGraph, fromState } from "./engine-graph.ts";
import { Workspace } from "./workspace.ts";

/** Has the policies judge what a command does. */
export const POLICIES = ["--policy-pack", "policies"];
/** Nobody is there to be asked. */
export const YES = ["--yes", "--skip-preview"];

/** Tests with the real Pulumi CLI in one workspace; where there is no CLI they are skipped, and the title says why. */
export function withPulumi(title: string, tests: (workspace: () => Workspace) => void): void {
  const missing = missingCli();
  const suite = missing ? describe.skip : describe;
  suite(missing ? `${title} (skipped: ${missing})` : title, function () {
    this.timeout(600_000);
    let workspace: Workspace | undefined;
    before(async () => {
      workspace = await Workspace.create();
    });
    after(() => workspace?.remove());
    tests(() => {
      assert.ok(workspace, "the workspace is made before the tests");
      return workspace;
    });
  });
}

/** What a stack's state holds, its secrets shown. */
export async function stateOf(workspace: Workspace, stack: string): Promise<EngineGraph> {
  return fromState(await succeeded(workspace.run(["stack", "export", "--stack", stack, "--show-secrets"])));
}

/** What a command printed that ended well. */
export async function succeeded(ending: Promise<Ended>): Promise<string> {
  const { status, stdout, stderr } = await ending;
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  return stdout;
}

/** What a command printed that failed. */
export async function failed(ending: Promise<Ended>): Promise<Ended> {
  const ended = await ending;
  assert.notEqual(ended.status, 0, `it was to fail:\n${ended.stdout}`);
  return ended;
}
