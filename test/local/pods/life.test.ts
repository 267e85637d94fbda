import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { ask, Bench, deployment, exists, gone, readyByZone, until, zoneA, zoneB, zoneC } from "./fixture.ts";

const quick = { periodSeconds: 1, failureThreshold: 1 };

describe("pods", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clean());

  const only = (pods: ReturnType<Bench["pods"]>) => pods.status()[0] ?? assert.fail("there is no pod");
  const control = () => [{ name: "CONTROL", value: bench.control }];

  it("are all ready soon, one a zone, and end at SIGTERM", async () => {
    const pods = bench.pods(["gateway", "trading", "web"].map((name) => deployment(name)));
    await pods.start();
    await pods.ready(20_000);
    assert.deepEqual(readyByZone(pods), { [zoneA]: 3, [zoneB]: 3, [zoneC]: 3 });
    const before = pods.status();
    await pods.stop({ graceMs: 5000 });
    assert.deepEqual(before.map(({ pid }) => pid).filter(exists), []);
    assert.deepEqual(pods.status(), []);
    for (const { name } of before)
      assert.match(readFileSync(join(bench.logs, `${name}.log`), "utf8"), /SIGTERM came/);
  });

  it("come back after kill -9: at once the first time, then after a back-off", async () => {
    const pods = bench.pods([deployment("trading", { replicas: 1 })]);
    await pods.start();
    await pods.ready(10_000);
    for (const restarts of [1, 2]) {
      const { pid = 0, name } = only(pods);
      const address = pods.endpoints()[0]?.ports;
      process.kill(pid, "SIGKILL");
      await until(pods, () => !pods.endpoints()[0]?.ready);
      const gone = performance.now();
      await until(pods, () => pods.endpoints()[0]?.ready === true);
      const waited = performance.now() - gone;
      assert.ok(restarts === 1 ? waited < 2000 : waited > 750, `waited ${waited} ms`);
      const { lastExit, ...now } = only(pods);
      assert.deepEqual([now.name, now.restarts, now.pid === pid], [name, restarts, false]);
      assert.deepEqual([lastExit?.reason, lastExit?.code, lastExit?.signal], ["Error", 137, "SIGKILL"]);
      assert.deepEqual(pods.endpoints()[0]?.ports, address);
    }
  });

  it("that crash again and again are named with exit code and log, and recover", async () => {
    bench.tell("crash");
    const pods = bench.pods([deployment("trading", { replicas: 1, env: control() })]);
    await pods.start();
    await until(pods, () => only(pods).restarts >= 1 && only(pods).phase === "CrashLoopBackOff");
    const late = await pods.ready(100).catch((error: Error) => error.message);
    assert.match(String(late), /trading-\w{5} in ap-southeast-2a: CrashLoopBackOff/);
    assert.match(String(late), /last exit 3 \(Error\)[\s\S]*crashing on request/);
    bench.untell("crash");
    await pods.ready(10_000);
  });

  it("follow their readiness probe in both directions", async () => {
    const readinessProbe = { httpGet: { path: "/readyz", port: 8080 }, ...quick };
    const pods = bench.pods([
      deployment("trading", { replicas: 1, env: control(), container: { readinessProbe } }),
    ]);
    await pods.start();
    await pods.ready(10_000);
    bench.tell("readyz");
    await until(pods, () => !only(pods).ready);
    assert.match(only(pods).reason ?? "", /GET \/readyz on port 8080: answered 503/);
    bench.untell("readyz");
    await pods.ready(10_000);
    assert.equal(only(pods).restarts, 0);
  });

  it("are restarted when liveness fails, after SIGTERM", async () => {
    const livenessProbe = { httpGet: { path: "/livez", port: "http" }, ...quick, initialDelaySeconds: 1 };
    const pods = bench.pods([
      deployment("trading", { replicas: 1, env: control(), container: { livenessProbe } }),
    ]);
    await pods.start();
    await pods.ready(10_000);
    bench.tell("livez");
    await until(pods, () => only(pods).lastExit !== undefined);
    assert.equal(only(pods).lastExit?.reason, "Unhealthy");
    assert.equal(only(pods).lastExit?.code, 0, "SIGTERM lets it end by itself");
    bench.untell("livez");
    await until(pods, () => only(pods).ready);
  });

  it("are asked for nothing else before startup succeeded, and restarted when it never does", async () => {
    bench.tell("startupz");
    const container = {
      startupProbe: { httpGet: { path: "/startupz", port: "http" }, periodSeconds: 1, failureThreshold: 2 },
      livenessProbe: { httpGet: { path: "/absent", port: 1 }, ...quick, failureThreshold: 30 },
      readinessProbe: { httpGet: { path: "/readyz", port: "http" }, periodSeconds: 10 },
    };
    const pods = bench.pods([deployment("trading", { replicas: 1, env: control(), container })]);
    await pods.start();
    await until(pods, () => only(pods).pid !== undefined);
    const began = performance.now();
    await until(pods, () => only(pods).lastExit !== undefined);
    assert.ok(performance.now() - began > 900, "two failures a second apart");
    assert.equal(only(pods).lastExit?.reason, "Unhealthy");
    assert.equal(only(pods).ready, false);
    bench.untell("startupz");
    await pods.ready(10_000);
  });

  it("get their grace period, and no more", async () => {
    const env = [{ name: "STUBBORN", value: "1" }];
    const spec = { terminationGracePeriodSeconds: 1 };
    const pods = bench.pods([deployment("trading", { replicas: 1, env, spec })]);
    await pods.start();
    await pods.ready(10_000);
    const { pid, name } = only(pods);
    const began = performance.now();
    const ends = pods.stop({ graceMs: 20_000 });
    assert.deepEqual([only(pods).phase, pods.endpoints()[0]?.terminating], ["Terminating", true]);
    await ends;
    const took = performance.now() - began;
    assert.ok(took > 950 && took < 3000, `took ${took} ms`);
    assert.equal(exists(pid), false);
    assert.match(readFileSync(join(bench.logs, `${name}.log`), "utf8"), /SIGTERM came/);
  });

  it("are killed for memory past their limit", async () => {
    bench.image("greedy", "globalThis.held = Buffer.alloc(200e6, 1); setInterval(() => {}, 1000);");
    const resources = { limits: { memory: "128Mi" } };
    const container = { image: "greedy", resources, readinessProbe: undefined };
    const pods = bench.pods([deployment("trading", { replicas: 1, container })]);
    await pods.start();
    await until(pods, () => only(pods).lastExit !== undefined);
    assert.deepEqual([only(pods).lastExit?.reason, only(pods).lastExit?.code], ["OOMKilled", 137]);
  });

  it("that can't be created say why, and are when the cause is gone", async () => {
    const container = { image: "later" };
    const pods = bench.pods([deployment("trading", { replicas: 1, container })]);
    await pods.start();
    await until(pods, () => only(pods).phase === "CreateContainerConfigError");
    assert.match(only(pods).reason ?? "", /image later: there is no folder/);
    bench.image("later", (await import("./fixture.ts")).server);
    await pods.ready(10_000);
  });

  it("leave nothing behind when they are stopped while they start", async () => {
    const pods = bench.pods(["gateway", "trading", "web"].map((name) => deployment(name)));
    const seen = new Set<number>();
    pods.on("change", () => {
      for (const { pid } of pods.status()) if (pid) seen.add(pid);
    });
    await pods.start();
    await until(pods, () => seen.size >= 2);
    await Promise.all([pods.stop({ graceMs: 1000 }), assert.rejects(pods.ready(10_000), /being stopped/)]);
    assert.deepEqual([...seen].filter(exists), []);
    assert.deepEqual(pods.status(), []);
  });

  it("end with what they started", async () => {
    const main = 'import { spawn } from "node:child_process"; console.log(spawn("sleep", ["600"]).pid);';
    bench.image("parent", `${main} setTimeout(() => process.exit(1), 300);`);
    const pods = bench.pods([
      deployment("trading", { replicas: 1, container: { image: "parent", readinessProbe: undefined } }),
    ]);
    await pods.start();
    await until(pods, () => only(pods).lastExit !== undefined);
    const child = Number(readFileSync(join(bench.logs, `${only(pods).name}.log`), "utf8").split("\n")[0]);
    assert.ok(child > 0);
    await gone(child);
  });

  it("keep answering on the ports that they were given", async () => {
    const pods = bench.pods([deployment("trading")]);
    await pods.start();
    await pods.ready(10_000);
    const pids = await Promise.all(pods.endpoints().map(async (endpoint) => (await ask(endpoint)).pid));
    assert.deepEqual(new Set(pids), new Set(pods.status().map(({ pid }) => pid)));
  });
});
