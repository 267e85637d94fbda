import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { PROJECT } from "../../program/graphs.ts";

describe("trizone plan --diff", () => {
  it("says how two stacks differ: what is only in one, and which properties of the others", async () => {
    const { code, stdout, stderr } = await plan("--diff", "dev", "prod");
    assert.equal(code, 0, stderr);
    const [summary, ...lines] = stdout.trimEnd().split("\n");
    const counts = /^(\d+) removed \(-\), (\d+) added \(\+\), (\d+) changed \(~\)$/.exec(summary ?? "");
    const marked = ["-", "+", "~"].map((mark) => lines.filter((line) => line.startsWith(`${mark} `)).length);
    assert.deepEqual(counts?.slice(1).map(Number), marked);
    assert.ok(lines.includes("+ aws:scheduler/schedule:Schedule::public-capacity-reserve"), stdout);
    const database = lines.indexOf("~ aws:rds/instance:Instance::database-instance");
    assert.ok(
      lines.slice(database, database + 20).includes("    inputs.allocatedStorage: 20 -> 100"),
      stdout,
    );
  });

  it("gives the same as JSON, and finds nothing between a stack and itself", async () => {
    const { code, stdout, stderr } = await plan("--diff", "ci", "ci", "--json");
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), { added: [], removed: [], changed: {} });
  });

  it("compares one stack with its recorded graph, overrides included", async () => {
    const { code, stdout, stderr } = await plan(
      "--diff",
      "ci",
      "--set",
      "trizone:publicUrl=http://elsewhere.example",
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^~ outputs$/m);
    assert.match(stdout, /^ {4}publicUrl: ".*" -> "http:\/\/elsewhere\.example"$/m);
  });

  it("refuses a third stack, one that nothing is recorded of, and one that doesn't exist", async () => {
    const three = await plan("--diff", "dev", "prod", "ci");
    assert.deepEqual([three.code, three.stdout], [1, ""]);
    assert.match(three.stderr, /^trizone: --diff takes one stack or two/);
    const unknown = await plan("--diff", "dev", "nowhere");
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /Pulumi\.nowhere\.yaml/);
  });
});

function plan(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const command = [join(PROJECT, "bin/trizone.cjs"), "plan", ...args];
    const child = execFile(process.execPath, command, { timeout: 60_000 }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}
