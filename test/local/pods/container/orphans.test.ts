import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { after, before, describe, it } from "mocha";
import { gone } from "../fixture.ts";

// The supervisor's own folders lie in it: it doesn't live to remove them.
let folder = "";
const supervisor = fileURLToPath(new URL("supervisor.ts", import.meta.url));

/** Runs a supervisor, kills it after it said `line` or `afterMs` later, and answers the pids that it had printed. */
async function killed(mode: string, afterMs: number): Promise<number[]> {
  const child = spawn(process.execPath, [supervisor, mode], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TMPDIR: folder },
  });
  const ends = once(child, "close");
  const pids = new Set<number>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    for (const pid of line.split(" ").map(Number)) if (pid > 0) pids.add(pid);
    if (mode === "starting" ? pids.size === 0 : line !== "go") return;
    if (afterMs === 0) child.kill("SIGKILL");
    else setTimeout(() => child.kill("SIGKILL"), afterMs);
  });
  await ends;
  return [...pids];
}

describe("a supervisor's death by SIGKILL", () => {
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pods-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("ends every pod, also frozen and busy ones", async () => {
    const pids = await killed("ready", 0);
    assert.equal(pids.length, 4);
    await Promise.all(pids.map((pid) => gone(pid)));
  });

  it("ends every pod whenever it comes during the start", async () => {
    for (const afterMs of [0, 3, 9]) {
      const pids = await killed("starting", afterMs);
      assert.ok(pids.length > 0);
      await Promise.all(pids.map((pid) => gone(pid)));
    }
  });
});
