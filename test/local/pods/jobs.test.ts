import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { Bench, deployment, exists, job, resource, until, zoneA } from "./fixture.ts";

describe("jobs", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clean());

  const waitFor = (file: string) => `
    import { existsSync } from "node:fs";
    console.log("waiting");
    setInterval(() => { if (existsSync(${JSON.stringify(file)})) process.exit(0); }, 20);`;

  it("are done before what depends on them begins, also through other resources", async () => {
    const go = join(bench.folder, "go");
    bench.image("migrate", waitFor(go));
    const migrate = job("migrate", "migrate");
    const config = resource("kubernetes:core/v1:ConfigMap", "config", {}, [migrate.urn]);
    const pods = bench.pods([
      migrate,
      config,
      deployment("trading", { dependencies: [config.urn] }),
      deployment("web"),
    ]);
    const started = pods.start();
    await until(pods, () => pods.endpoints().filter(({ ready }) => ready).length === 3);
    assert.deepEqual(new Set(pods.status().map(({ workload }) => workload)), new Set(["migrate", "web"]));
    await assert.rejects(pods.ready(50), /Deployment trading: waits/);
    writeFileSync(go, "");
    await started;
    await pods.ready(10_000);
    assert.deepEqual(new Set(pods.status().map(({ workload }) => workload)), new Set(["trading", "web"]));
  });

  it("are tried again, with a back-off, and then done", async () => {
    const tries = join(bench.folder, "tries");
    bench.image(
      "flaky",
      `import { appendFileSync, readFileSync } from "node:fs";
       appendFileSync(${JSON.stringify(tries)}, "x");
       process.exit(readFileSync(${JSON.stringify(tries)}).length < 3 ? 1 : 0);`,
    );
    const began = performance.now();
    await bench.pods([job("migrate", "flaky", { backoffLimit: 2 })]).start();
    assert.equal(readFileSync(tries, "utf8"), "xxx");
    assert.ok(performance.now() - began > 800);
  });

  it("that fail for good are one error with the log's end, and nothing that depends on them begins", async () => {
    bench.image("broken", 'console.error("relation orders already exists"); process.exit(7);');
    const migrate = job("migrate", "broken", { backoffLimit: 1 });
    const pods = bench.pods([migrate, deployment("trading", { dependencies: [migrate.urn] })]);
    await assert.rejects(
      pods.start(),
      /Job shop\/migrate failed after 2 tries: ended with exit code 7\.\nIts last lines:\nrelation orders already exists\nThe whole log is .*migrate-\w{5}\.log/,
    );
    assert.deepEqual(pods.status(), []);
  });

  it("that take too long are ended", async () => {
    bench.image("slow", waitFor(join(bench.folder, "never")));
    const pods = bench.pods([job("migrate", "slow", { activeDeadlineSeconds: 1 })]);
    const pids = new Set<number>();
    pods.on("change", () => {
      for (const { pid } of pods.status()) if (pid) pids.add(pid);
    });
    await assert.rejects(pods.start(), /migrate failed as it took longer than 1 s[\s\S]*waiting/);
    assert.equal(pids.size, 1);
    assert.deepEqual([...pids].filter(exists), []);
  });

  it("go to another zone when theirs is killed", async () => {
    const go = join(bench.folder, "go");
    bench.image("migrate", waitFor(go));
    const pods = bench.pods([job("migrate", "migrate")]);
    const started = pods.start();
    await until(pods, () => pods.status()[0]?.pid !== undefined);
    assert.equal(pods.status()[0]?.zone, zoneA);
    await pods.kill(zoneA);
    await until(pods, () => pods.status()[0]?.pid !== undefined);
    assert.notEqual(pods.status()[0]?.zone, zoneA);
    assert.equal(existsSync(go), false);
    writeFileSync(go, "");
    await started;
  });

  it("end when everything is stopped", async () => {
    bench.image("slow", waitFor(join(bench.folder, "never")));
    const pods = bench.pods([job("migrate", "slow")]);
    const started = assert.rejects(pods.start(), /being stopped/);
    await until(pods, () => pods.status()[0]?.pid !== undefined);
    await pods.stop({ graceMs: 1000 });
    await started;
  });
});
