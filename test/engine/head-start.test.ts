import assert from "node:assert/strict";
import { headStart } from "../../engine/child.ts";
import { isAlive, leavesNoChildren, programFolder, run } from "./support.ts";

describe("a program whose process was started ahead", () => {
  leavesNoChildren();

  const whole = () => run("whole", { main: "plain.ts", env: { OF_THIS_RUN: "1" } });

  it("runs as any other", async () => {
    const expected = await whole();
    const pid = headStart(programFolder("whole")) ?? 0;
    assert.ok(isAlive(pid));
    assert.deepEqual(await whole(), expected);
    assert.ok(!isAlive(pid), "another process was used");
  });

  it("runs in another where that one ended before it was needed", async () => {
    const pid = headStart(programFolder("whole")) ?? 0;
    process.kill(pid, "SIGKILL");
    while (isAlive(pid)) await new Promise(setImmediate);
    await new Promise(setImmediate);
    await whole();
  });
});
