import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Network } from "../../../local/network/index.ts";
import { type Answer, ask, askMany, shares } from "./support/client.ts";
import { HEALTH_CHECK, INTERNAL } from "./support/graph.ts";
import { Stage } from "./support/stage.ts";

const pidOf = (stage: Stage, zone: string) =>
  stage.network.status().proxies.find((proxy) => proxy.zone === zone)?.pid ?? 0;

const isReady = (stage: Stage, zone: string) =>
  stage.network.status().proxies.some((proxy) => proxy.zone === zone && proxy.ready);

describe("faults of a zone", function () {
  this.timeout(60_000);
  let stage: Stage;
  const zones: string[] = [];
  before(async () => {
    stage = await Stage.open({ group: { healthCheck: { ...HEALTH_CHECK, timeout: 0.2 } } });
    stage.network.on("zone", (zone, ready) => zones.push(`${zone} ${ready ? "ready" : "lost"}`));
  });
  after(() => stage.close());
  beforeEach(() => {
    zones.length = 0;
  });

  const healed = () => stage.until(() => stage.inDns().length === 3 && stage.targetsAre("healthy"), 10_000);

  /** Requests without pause until `done`; those that fail have status 0. */
  async function load(done: () => boolean): Promise<(Answer & { at: number })[]> {
    const answers: (Answer & { at: number })[] = [];
    const worker = async () => {
      while (!done()) {
        const at = performance.now();
        const failed = { status: 0, headers: {}, body: "", pod: "" };
        answers.push({ ...(await ask(stage.publicHost, "/", { timeoutMs: 4000 }).catch(() => failed)), at });
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
    return answers;
  }

  for (const fault of ["kill", "freeze"] as const) {
    it(`${fault}: no request fails that begins 5 s later, and healing brings the zone back`, async () => {
      const lookup = stage.network.lookup("b");
      const begun = performance.now();
      const answering = load(() => performance.now() - begun > 7000);
      stage.network[fault]("b");
      stage.pod("b").child.kill("SIGSTOP");
      const answers = await answering;
      const late = answers.filter(({ at }) => at - begun > 5000);
      assert.ok(late.length > 20);
      assert.deepEqual(
        late.filter(({ status }) => status !== 200),
        [],
      );
      assert.equal(shares(late).b, undefined);
      assert.deepEqual(zones, ["b lost"]);
      stage.pod("b").child.kill("SIGCONT");
      await stage.network.heal("b");
      await healed();
      assert.deepEqual(zones, ["b lost", "b ready"]);
      assert.deepEqual(stage.network.lookup("b"), lookup);
      for (const share of Object.values(shares(await askMany(stage.publicHost, 120, 6))))
        assert.ok(share > 0.25);
    });
  }

  it("slows or breaks one direction of a zone's traffic with others, and leaves what stays inside", async () => {
    /** Milliseconds and statuses of requests from a zone's pods to the pods of each, by the internal balancer's node. */
    const measure = async (from: string) => {
      const host = stage.network.lookup(from)["127.0.0.1:4001"] ?? "";
      const found: Record<string, { ms: number; status: number }[]> = { a: [], b: [], c: [] };
      for (let i = 0; i < 12; i += 1) {
        const began = performance.now();
        const { status, pod } = await ask(host);
        const ms = performance.now() - began;
        found[pod.split("-")[1] ?? "a"]?.push({ ms, status });
      }
      const least = (zone: string) => Math.min(...(found[zone] ?? []).map(({ ms }) => ms));
      return { a: least("a"), b: least("b"), c: least("c") };
    };
    await stage.network.setFaults("b", [{ latencyMs: 150, direction: "out" }]);
    const [out, others] = [await measure("b"), await measure("a")];
    assert.ok(out.a >= 150 && out.c >= 150 && out.b < 100, JSON.stringify(out));
    assert.ok(others.b < 100 && others.c < 100, JSON.stringify(others));
    await stage.network.setFaults("b", [{ latencyMs: 120, direction: "in" }]);
    const [into, own] = [await measure("a"), await measure("b")];
    assert.ok(into.b >= 120 && into.a < 100 && into.c < 100, JSON.stringify(into));
    assert.ok(own.a < 100 && own.c < 100, JSON.stringify(own));
    await stage.network.setFaults("b", [{ errorShare: 1, direction: "in" }]);
    const host = stage.network.lookup("a")["127.0.0.1:4001"] ?? "";
    const answers = await askMany(host, 30, 3);
    const failed = answers.filter(({ status }) => status === 502).length;
    assert.ok(failed >= 5 && failed <= 15, `${failed} of 30 failed, where a third goes to b`);
    await stage.network.setFaults("b", []);
    await healed();
    assert.ok((await askMany(host, 12, 3)).every(({ status }) => status === 200));
  });

  it("fails what is under way to a lost zone at once instead of when it times out", async () => {
    const host = stage.network.lookup("a")["127.0.0.1:4001"] ?? "";
    const holding = askMany(host, 9, 9, { path: "/hold", timeoutMs: 20_000 });
    await stage.until(() => stage.balancer(INTERNAL).requests.c !== undefined);
    await new Promise((resolve) => setTimeout(resolve, 600));
    stage.network.freeze("c");
    stage.pod("c").child.kill("SIGSTOP");
    const begun = performance.now();
    await stage.until(() => !isReady(stage, "c"));
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (const zone of ["a", "b"]) await ask(stage.pod(zone).ports.http ?? "", "/release");
    const statuses = (await holding).map(({ status }) => status).sort();
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 200, 502, 502, 502]);
    assert.ok(performance.now() - begun < 4000);
    stage.pod("c").child.kill("SIGCONT");
    await stage.network.heal("c");
    await healed();
    await ask(stage.pod("c").ports.http ?? "", "/release");
  });

  it("starts a proxy again that died by itself, on the same ports", async () => {
    const host = stage.network.lookup("a")["127.0.0.1:4001"] ?? "";
    for (let round = 0; round < 3; round += 1) {
      process.kill(pidOf(stage, "a"), "SIGKILL");
      await stage.until(async () => (await ask(host).catch(() => undefined))?.status === 200);
    }
    assert.deepEqual(zones, [], "a zone is lost only after 2 s");
    assert.equal(stage.network.status().proxies.find(({ zone }) => zone === "a")?.restarts, 3);
    await healed();
  });

  it("a frozen target is taken out by its health checks", async () => {
    stage.pod("b").child.kill("SIGSTOP");
    await stage.until(() =>
      stage.balancer().targets.some(({ zone, state }) => zone === "b" && state === "unhealthy"),
    );
    await stage.until(async () => {
      const answers = await askMany(stage.publicHost, 30, 6, { timeoutMs: 300 }).catch(() => undefined);
      return answers !== undefined && shares(answers).b === undefined;
    });
    stage.pod("b").child.kill("SIGCONT");
    await healed();
  });

  it("cut off, a zone is lost to the others but goes on by itself, and comes back", async () => {
    const inside = stage.network.lookup("c")["127.0.0.1:4001"] ?? "";
    const outside = stage.network.lookup("a")["127.0.0.1:4001"] ?? "";
    await stage.network.cut("c", true);
    await stage.until(() => !isReady(stage, "c"));
    assert.equal(shares(await askMany(stage.publicHost, 60, 6)).c, undefined);
    assert.equal(shares(await askMany(outside, 30, 3)).c, undefined);
    await stage.until(async () => {
      const answers = await askMany(inside, 6, 6, { timeoutMs: 500 }).catch(() => []);
      return answers.length === 6 && Object.keys(shares(answers)).join() === "c";
    });
    await stage.network.cut("c", false);
    await healed();
    assert.deepEqual(zones, ["c lost", "c ready"]);
    await stage.until(async () => Object.keys(shares(await askMany(inside, 12, 3))).length === 3);
  });

  it("in all zones leaves a balancer that says so, and one is enough to answer again", async () => {
    for (const zone of ["a", "b", "c"]) stage.network.kill(zone);
    await stage.until(() => stage.inDns().length === 0);
    const agent = new Agent();
    const { status, body } = await ask(stage.publicHost, "/", { agent });
    assert.deepEqual([status, body], [503, "No zone of this load balancer can be reached.\n"]);
    await stage.network.heal("b");
    await stage.until(async () => (await ask(stage.publicHost)).status === 200);
    await stage.network.heal("a");
    await stage.network.heal("c");
    await healed();
  });

  it("names a zone that isn't there", () => {
    assert.throws(() => stage.network.kill("z"), /there is no zone z; the zones are a, b, c/);
  });
});

describe("the end of a network", () => {
  it("leaves no proxy when its supervisor is killed", async () => {
    const directory = mkdtempSync(join(tmpdir(), "network-"));
    const script = fileURLToPath(new URL("support/supervisor.ts", import.meta.url));
    const supervisor = spawn(process.execPath, [script, directory], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface(supervisor.stdout), "line")) as [string];
    const pids = JSON.parse(line) as number[];
    assert.equal(pids.length, 3);
    supervisor.kill("SIGKILL");
    const end = performance.now() + 5000;
    while (pids.some(isAlive) && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(pids.filter(isAlive), []);
    rmSync(directory, { recursive: true });
  });

  it("says why when there is no place for its logs", async () => {
    const options = { zones: ["a"], logDirectory: fileURLToPath(import.meta.url) };
    await assert.rejects(Network.start(options), { code: "EEXIST" });
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // ESRCH: there is no such process.
    return false;
  }
}
