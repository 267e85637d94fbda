import assert from "node:assert/strict";
import { type Ended, missingCli } from "./cli.ts";
import { Workspace } from "./workspace.ts";

/** Tests with the real Pulumi CLI in one workspace; where there is no CLI they are skipped, and the title says why. */
export function withPulumi(title: string, tests: (workspace: () => Workspace) => void): void {
  const missing = missingCli();
  const suite = missing ? describe.skip : describe;
  suite(missing ? `${title} (skipped: ${missing})` : title, function () {
    this.timeout(300_000);
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
