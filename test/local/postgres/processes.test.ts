import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { fenceServer, serverName, serverProcesses } from "../../../local/postgres/processes.ts";
import { identify } from "../../../local/processes.ts";
import { until } from "./fixture.ts";

describe("the processes of a data folder", () => {
  it("are not those that merely mention it", async () => {
    const folder = "/nowhere/zone-a";
    const wait = "setInterval(() => {}, 1000)";
    const decoy = spawn(process.execPath, ["-e", wait, "--", "postgres", "-D", folder], { stdio: "ignore" });
    await once(decoy, "spawn");
    await until("its command line shows", 2000, async () => {
      if (process.platform !== "linux") return true;
      return (await readFile(`/proc/${decoy.pid}/cmdline`, "utf8")).includes(folder);
    });
    assert.deepEqual(serverProcesses(folder), []);
    await fenceServer(folder);
    assert.equal(decoy.exitCode, null);
    decoy.kill();
    await once(decoy, "exit");
  });

  it("are also the postmaster that was recorded, but no later process of its number", async () => {
    const wait = ["-e", "setInterval(() => {}, 1000)"];
    const child = spawn(process.execPath, wait, { stdio: "ignore" });
    await once(child, "spawn");
    const recorded = identify(child.pid ?? 0);
    assert.ok(recorded);
    await fenceServer("/nowhere/zone-a", { ...recorded, started: "at another time" });
    assert.equal(child.exitCode ?? child.signalCode, null);
    const exit = once(child, "exit");
    await fenceServer("/nowhere/zone-a", recorded);
    assert.deepEqual((await exit).slice(1), ["SIGKILL"]);
  });

  it("have a name that PostgreSQL does not cut off", () => {
    fc.assert(fc.property(fc.string(), (folder) => /^trizone-[0-9a-f]{12}$/.test(serverName(folder))));
  });
});
