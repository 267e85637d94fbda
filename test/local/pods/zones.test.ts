import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { Pods } from "../../../local/pods/index.ts";
import { ask, Bench, deployment, exists, readyByZone, until, zoneA, zoneB, zoneC } from "./fixture.ts";

describe("zones of pods", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clean());

  async function started(...resources: Parameters<Bench["pods"]>): Promise<Pods> {
    const pods = bench.pods(...resources);
    await pods.start();
    await pods.ready(15_000);
    return pods;
  }
  const even = (each: number) => ({ [zoneA]: each, [zoneB]: each, [zoneC]: each });
  const isEven = (pods: Pods, each: number) => () =>
    pods.status().length === 3 * each && Object.values(readyByZone(pods)).every((count) => count === each);

  it("that are killed take no pods until they are healed, and hard constraints keep the rest waiting", async () => {
    const pods = await started([deployment("trading"), deployment("web", { replicas: 6 })]);
    const lost = pods.status().filter(({ zone }) => zone === zoneB);
    await pods.kill("apse2-az2");
    assert.deepEqual(lost.map(({ pid }) => pid).filter(exists), []);
    await until(pods, () => pods.status().filter(({ phase }) => phase === "Pending").length === 3);
    assert.deepEqual(readyByZone(pods), { [zoneA]: 3, [zoneC]: 3 });
    const waiting = pods.status().find(({ phase }) => phase === "Pending");
    assert.equal(waiting?.zone, undefined);
    assert.match(waiting?.reason ?? "", /DoNotSchedule.*lost: ap-southeast-2b/);
    await pods.heal(zoneB);
    await pods.ready(15_000);
    assert.deepEqual(readyByZone(pods), even(3));
  });

  for (const how of ["cordoned by a zonal shift", "not ready", "killed"]) {
    it(`that are ${how} stop no scale-out of pods that honour taints, and are even when they are back`, async () => {
      const labels = { "app.kubernetes.io/name": "web" };
      const honoured = {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "DoNotSchedule",
        nodeTaintsPolicy: "Honor",
        labelSelector: { matchLabels: labels },
      };
      const few = bench.pods([
        deployment("web", { replicas: 6, spec: { topologySpreadConstraints: [honoured] } }),
      ]);
      const set = (is: boolean) => {
        if (how === "not ready") return few.markZone(zoneB, !is);
        if (how === "killed") return is ? few.kill(zoneB) : few.heal(zoneB);
        return few.cordonZone(zoneB, is);
      };
      await set(true);
      await few.start();
      await few.ready(15_000);
      assert.deepEqual(readyByZone(few), { [zoneA]: 3, [zoneC]: 3 });
      await set(false);
      await until(few, isEven(few, 2));
    });
  }

  it("that are killed while their pods start leave nothing there", async () => {
    const pods = bench.pods([deployment("trading", { replicas: 6 })]);
    const inB = new Set<number>();
    pods.on("change", () => {
      for (const { zone, pid } of pods.status()) if (pid && zone === zoneB) inB.add(pid);
    });
    await pods.start();
    await until(pods, () => inB.size > 0);
    await pods.kill(zoneB);
    await until(pods, () => readyByZone(pods)[zoneA] === 2 && readyByZone(pods)[zoneC] === 2);
    assert.deepEqual([...inB].filter(exists), []);
    await pods.heal(zoneB);
    await pods.ready(10_000);
    assert.deepEqual(readyByZone(pods), even(2));
  });

  it("whose pods may go elsewhere are replaced there, and evened again when they are back", async () => {
    const labels = { "app.kubernetes.io/name": "web" };
    const soft = {
      maxSkew: 1,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: labels },
    };
    const pods = await started([
      deployment("web", { replicas: 6, spec: { topologySpreadConstraints: [soft] } }),
    ]);
    await pods.kill(zoneC);
    await pods.ready(15_000);
    assert.deepEqual(readyByZone(pods), { [zoneA]: 3, [zoneB]: 3 });
    let least = 6;
    pods.on("change", () => {
      least = Math.min(least, pods.endpoints().filter(({ ready }) => ready).length);
    });
    await pods.heal(zoneC);
    await until(pods, isEven(pods, 2));
    assert.equal(least, 6, "a pod goes only when its successor is ready");
  });

  it("that are frozen keep their pods, judge nothing, and go on when they are healed", async () => {
    const probe = { httpGet: { path: "/livez", port: "http" }, periodSeconds: 1, failureThreshold: 2 };
    const pods = await started([
      deployment("trading", { container: { livenessProbe: probe, readinessProbe: probe } }),
    ]);
    const before = pods.status();
    const frozen = pods.endpoints().find(({ zone }) => zone === zoneA) ?? assert.fail();
    pods.freeze(zoneA);
    const answer = fetch(`http://${frozen.ports.http}/`, { signal: AbortSignal.timeout(2500) });
    await assert.rejects(answer, { name: "TimeoutError" });
    assert.deepEqual(readyByZone(pods), even(1), "only the lease tells that a frozen zone is gone");
    pods.markZone(zoneA, false);
    assert.deepEqual(readyByZone(pods), { [zoneB]: 1, [zoneC]: 1 });
    await pods.heal(zoneA);
    pods.markZone(zoneA, true);
    await pods.ready(5000);
    assert.equal((await ask(frozen)).pid, before.find(({ zone }) => zone === zoneA)?.pid);
    assert.deepEqual(
      pods.status().map(({ pid }) => pid),
      before.map(({ pid }) => pid),
    );
  });

  it("that are frozen don't hold up the end, nor survive a kill", async () => {
    const pods = await started([deployment("trading")]);
    const pids = pods.status().map(({ pid }) => pid);
    pods.freeze(zoneA);
    pods.freeze(zoneB);
    await pods.kill(zoneB);
    const began = performance.now();
    await pods.stop({ graceMs: 10_000 });
    assert.ok(performance.now() - began < 1500);
    assert.deepEqual(pids.filter(exists), []);
  });

  it("freeze what starts in them", async () => {
    const pods = bench.pods([deployment("trading")]);
    pods.freeze(zoneA);
    pods.markZone(zoneB, false);
    await pods.start();
    await until(pods, () => readyByZone(pods)[zoneC] === 1);
    assert.deepEqual(readyByZone(pods), { [zoneC]: 1 });
    await pods.heal(zoneA);
    pods.markZone(zoneB, true);
    await pods.ready(10_000);
    assert.deepEqual(readyByZone(pods), even(1));
  });

  it("put their fault on every pod, also on one that starts later, until it ends", async () => {
    const container = {
      ports: [
        { name: "http", containerPort: 8080 },
        { name: "admin", containerPort: 8080 },
      ],
    };
    const pods = await started([deployment("trading", { container })]);
    const faults = async () => {
      const entries = pods.endpoints().map(async (one) => [one.zone, await ask(one, "/chaos")] as const);
      return Object.fromEntries(await Promise.all(entries));
    };
    await pods.setFaults("apse2-az3", [{ latencyMs: 300 }]);
    const fault = { latencyMs: 300, jitterMs: 0, errorShare: 0 };
    assert.deepEqual(await faults(), { [zoneA]: null, [zoneB]: null, [zoneC]: fault });
    process.kill(pods.status().find(({ zone }) => zone === zoneC)?.pid ?? 0, "SIGKILL");
    await until(pods, () => readyByZone(pods)[zoneC] === undefined);
    await until(pods, () => readyByZone(pods)[zoneC] === 1);
    // The answer comes after what is under way.
    await pods.setFaults(zoneC, [{ errorShare: 0.5 }]);
    assert.deepEqual((await faults())[zoneC], { latencyMs: 0, jitterMs: 0, errorShare: 0.5 });
    await pods.heal(zoneC);
    assert.deepEqual(await faults(), { [zoneA]: null, [zoneB]: null, [zoneC]: null });
  });

  it("put a fault on one service or one pod of theirs, several at once together", async () => {
    const container = {
      ports: [
        { name: "http", containerPort: 8080 },
        { name: "admin", containerPort: 8080 },
      ],
    };
    const pods = await started([
      deployment("trading", { container, replicas: 6 }),
      deployment("web", { container }),
    ]);
    const inB = pods.endpoints().filter(({ zone }) => zone === zoneB);
    const one = inB.find(({ name }) => name.startsWith("trading")) ?? assert.fail();
    await pods.setFaults(zoneB, [
      { latencyMs: 100 },
      { latencyMs: 200, service: "trading" },
      { errorShare: 0.5, pod: one.name },
      { errorShare: 0.5, pod: one.name },
      { latencyMs: 1000, direction: "out" },
    ]);
    for (const pod of pods.endpoints()) {
      const latencyMs = pod.name.startsWith("web") ? 100 : 300;
      const fault = { jitterMs: 0, latencyMs, errorShare: pod.name === one.name ? 0.75 : 0 };
      assert.deepEqual(await ask(pod, "/chaos"), pod.zone === zoneB ? fault : null, pod.name);
    }
    assert.throws(
      () => pods.checkFault(zoneB, { service: "ghost" }),
      /no pod of a service ghost; it has trading, web/,
    );
    const elsewhere = pods.endpoints().find(({ zone }) => zone === zoneA);
    assert.throws(() => pods.checkFault(zoneB, { pod: elsewhere?.name }), /has no pod/);
    await pods.setFaults(zoneB, [{ latencyMs: 200, service: "trading" }]);
    const web = pods.endpoints().find(({ zone, name }) => zone === zoneB && name.startsWith("web"));
    assert.equal(await ask(web ?? assert.fail(), "/chaos"), null, "the fault of the whole zone is over");
  });

  it("replace a service's pods one after the other, each by one that is ready in the same zone", async () => {
    const pods = await started([deployment("trading", { replicas: 6 }), deployment("web")]);
    const before = pods.status();
    let least = 6;
    pods.on("change", () => {
      const ready = pods.endpoints().filter((one) => one.ready && one.name.startsWith("trading"));
      least = Math.min(least, ready.length);
    });
    pods.restart(zoneB, "trading");
    assert.deepEqual(pods.rollouts(), [{ service: "trading", zone: zoneB, left: 2 }]);
    const replaced = before.filter(({ workload, zone }) => workload === "trading" && zone === zoneB);
    await until(pods, () => {
      const names = new Set(pods.status().map(({ name }) => name));
      return pods.rollouts().length === 0 && replaced.every(({ name }) => !names.has(name));
    });
    await pods.ready(10_000);
    assert.deepEqual(readyByZone(pods), even(3));
    assert.equal(least, 6, "a pod goes only when its successor is ready");
    const after = new Set(pods.status().map(({ name }) => name));
    const kept = before.filter((one) => !replaced.includes(one));
    assert.deepEqual(
      kept.filter(({ name }) => !after.has(name)),
      [],
    );
    assert.throws(() => pods.restart(zoneB, "ghost"), /no pod of a service ghost/);
  });

  it("tell their pods that they are shifted away, also one that starts again, and that it is over", async () => {
    const ports = [
      { name: "http", containerPort: 8080 },
      { name: "admin", containerPort: 8080 },
    ];
    const pods = await started([deployment("trading", { container: { ports } }), deployment("web")]);
    const shifts = async () => {
      const entries = pods
        .endpoints()
        .filter(({ name }) => name.startsWith("trading"))
        .map(async (one) => [one.zone, await ask(one, "/zone-shift")] as const);
      return Object.fromEntries(await Promise.all(entries));
    };
    pods.cordonZone(zoneB, true);
    await pods.shiftZone(zoneB);
    assert.deepEqual(await shifts(), { [zoneA]: null, [zoneB]: { away: true }, [zoneC]: null });
    const pid = pods.status().find(({ zone, workload }) => zone === zoneB && workload === "trading")?.pid;
    process.kill(pid ?? 0, "SIGKILL");
    await until(pods, () => readyByZone(pods)[zoneB] === 1);
    await until(pods, () => readyByZone(pods)[zoneB] === 2);
    // What it was told when it started is answered before this.
    await pods.shiftZone(zoneB);
    assert.deepEqual((await shifts())[zoneB], { away: true });
    pods.cordonZone(zoneB, false);
    await pods.shiftZone(zoneB);
    assert.deepEqual((await shifts())[zoneB], { away: false });
  });

  it("that don't exist are an error that names those that do", async () => {
    const pods = bench.pods([]);
    await assert.rejects(
      pods.kill("ap-southeast-2d"),
      /no zone ap-southeast-2d; use one of ap-southeast-2a \(apse2-az1\)/,
    );
  });
});
