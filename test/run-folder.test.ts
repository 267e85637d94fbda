import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { startTime } from "../local/processes.ts";

/** As a test does that starts a program of its own, in a process group of its own. */
const PROGRAM = `
  import { spawn } from "node:child_process";
  import { tmpdir } from "node:os";
  import { openRunFolder } from "./test/run-folder.ts";
  openRunFolder();
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
  console.log(JSON.stringify({ pid: child.pid, folder: tmpdir() }));
  setInterval(() => {}, 1000);
`;

describe("a run of tests that is ended by a signal", () => {
  before(function () {
    if (process.platform === "linux") return;
    console.log("      skipped: processes are found in /proc, which only Linux has");
    this.skip();
  });

  for (const [signal, status] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const])
    it(`leaves no process and no file behind (${signal})`, async () => {
      const { TMPDIR: _, ...env } = process.env;
      const run = spawn(process.execPath, ["--input-type=module", "-e", PROGRAM], {
        env,
        stdio: ["ignore", "pipe", "inherit"],
      });
      const exited = once(run, "exit");
      const [line] = await once(createInterface({ input: run.stdout }), "line");
      const { pid, folder } = JSON.parse(line) as { pid: number; folder: string };
      assert.ok(existsSync(folder));
      run.kill(signal);
      assert.deepEqual(await exited, [status, null]);
      assert.equal(existsSync(folder), false);
      // Without its parent it stays in the table until somebody asks how it ended.
      for (const deadline = performance.now() + 5000; ; await sleep(10)) {
        if (startTime(pid) === undefined) break;
        assert.ok(performance.now() < deadline, "the program goes on");
      }
    });
});
