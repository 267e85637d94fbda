import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { takePort } from "../../../../local/free-ports.ts";
import { podName } from "../../../../local/pods/container/identity.ts";
import { prune, rotate, tail } from "../../../../local/pods/container/log-file.ts";
import { Watchdog } from "../../../../local/pods/container/watchdog.ts";
import { gone } from "../fixture.ts";

describe("what pods leave on the machine", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pods-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is a log that is cut when it is too long, and goes on", async () => {
    const file = join(folder, "pod.log");
    writeFileSync(file, `${"x".repeat(99)}\n`.repeat(110_000));
    appendFileSync(file, "the last line\n");
    await rotate(file);
    appendFileSync(file, "the next line\n");
    assert.equal(readFileSync(file, "utf8"), "the next line\n");
    assert.ok(statSync(`${file}.1`).size <= 10 * 2 ** 20);
    assert.equal(await tail(`${file}.1`, 1), "the last line");
    assert.equal(await tail(join(folder, "none.log")), "");
  });

  it("is no more than a hundred logs of pods, and every other file", async () => {
    for (let count = 0; count < 120; count++) writeFileSync(join(folder, `${podName("web")}.log`), "");
    for (const other of ["proxy-a.log", "postgres.log", "web.log"]) writeFileSync(join(folder, other), "");
    await prune(folder);
    assert.equal(readdirSync(folder).length, 103);
  });

  it("is nothing alive after its watchdog ended, even if that had been killed before", async () => {
    const watchdog = new Watchdog((problem) => assert.fail(problem));
    const sleeper = () => spawn("sleep", ["600"], { detached: true, stdio: "ignore" }).pid ?? assert.fail();
    const [first, kept, last] = [sleeper(), sleeper(), sleeper()];
    try {
      watchdog.add(first);
      watchdog.add(kept);
      const shell = watchdog.pid ?? assert.fail();
      process.kill(shell, "SIGKILL");
      await gone(shell);
      watchdog.remove(kept);
      watchdog.add(last);
      while (watchdog.pid === shell) await new Promise((resolve) => setTimeout(resolve, 20));
      watchdog.close();
      await Promise.all([gone(first), gone(last)]);
      assert.ok(process.kill(kept, 0), "what was removed is left alone");
    } finally {
      process.kill(kept, "SIGKILL");
    }
  });

  it("is no port twice", async () => {
    const taken = await Promise.all(Array.from({ length: 100 }, () => takePort()));
    assert.equal(new Set(taken).size, 100);
    const [first = 0] = taken;
    assert.equal(await takePort(first), first, "a free one stays with its pod");
  });
});
