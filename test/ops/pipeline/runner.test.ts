import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { exitCodeOf, Pipeline } from "../../../ops/pipeline/runner.ts";
import { readState } from "../../../ops/pipeline/state.ts";
import { Interrupted } from "../../../ops/pipeline/steps.ts";
import { FakeCluster, OPTIONS, runPipeline, serve } from "./fixture.ts";

describe("a pipeline", function () {
  this.timeout(60_000);
  let server: Awaited<ReturnType<typeof serve>>;
  /** Of each answer. */
  let status = 200;
  /** Requests that are answered before the status is given. */
  let healthy = Number.POSITIVE_INFINITY;
  let hangs = false;

  before(async () => {
    server = await serve((_request, response) => {
      healthy -= 1;
      if (healthy >= 0) response.end("ok");
      else if (!hangs) response.writeHead(status).end();
    });
  });
  after(() => server.close());
  beforeEach(() => {
    [status, healthy, hangs] = [200, Number.POSITIVE_INFINITY, false];
  });

  it("runs all steps, and reports the load, the pods and the steps", async () => {
    const cluster = new FakeCluster(server.url);
    const { state, report, failure } = await runPipeline(cluster, { podFailures: 1 });
    assert.equal(failure, undefined);
    assert.equal(state.outcome, "passed");
    assert.deepEqual(cluster.done, ["create", "build", "deploy", "destroy"]);
    assert.ok(Object.values(state.steps).every(({ status: is }) => is === "passed" || is === "running"));
    assert.match(report, /Passed: 50 of 50 requests succeeded/);
    assert.match(report, /\| foo \| 3 \| 0\.25 \| 64 \|/);
    assert.match(report, /Pods killed during the load: foo-1/);
  });

  it("says which command failed, how and what it wrote last, and destroys the cluster", async () => {
    const cluster = new FakeCluster(server.url, {
      deploy: async ({ commands, signal }) => {
        await commands.run("sh", ["-c", "echo first; echo no room for pods >&2; exit 7"], { signal });
      },
    });
    const { state, report, failure } = await runPipeline(cluster);
    assert.equal(exitCodeOf(failure), 3);
    assert.deepEqual(state.steps.deploy.error, {
      message: "sh ended with 7",
      command: "sh -c echo first; echo no room for pods >&2; exit 7",
      exitStatus: 7,
      output: "first\nno room for pods",
    });
    assert.deepEqual([state.steps.check.status, state.steps["load-test"].status], ["skipped", "skipped"]);
    assert.equal(state.steps.destroy.status, "passed");
    assert.match(report, /\*\*deploy\*\*: sh ended with 7[\s\S]*exit status 7[\s\S]*no room for pods/);
  });

  it("says which tool is missing", async () => {
    const cluster = new FakeCluster(server.url, {
      create: async ({ commands, signal }) => void (await commands.run("no-such-tool", ["go"], { signal })),
    });
    const { state, failure } = await runPipeline(cluster);
    assert.equal(exitCodeOf(failure), 3);
    assert.match(state.steps.create.error?.message ?? "", /no-such-tool is not on the PATH: install it/);
  });

  it("fails the check of a service whose health check fails, by the check's time", async () => {
    [status, healthy] = [500, 0];
    const cluster = new FakeCluster(server.url);
    const { state, report, failure } = await runPipeline(cluster, { timeouts: { check: 1 } });
    assert.equal(exitCodeOf(failure), 3);
    assert.match(
      state.steps.check.error?.message ?? "",
      /took longer than 1 s: .*foo\.localhost answers 500/s,
    );
    assert.match(report, /No load was sent/);
    assert.equal(cluster.done.at(-1), "destroy");
  });

  it("fails the load on a service that fails every request, with 2", async () => {
    [status, healthy] = [503, 20];
    const { state, report, failure } = await runPipeline(new FakeCluster(server.url));
    assert.equal(exitCodeOf(failure), 2);
    assert.match(state.steps["load-test"].error?.message ?? "", /none of 50 requests succeeded/);
    assert.match(report, /503 50/);
    assert.equal(state.outcome, "failed");
  });

  it("fails the load on a service that hangs, in the step's time, and reports it", async () => {
    [hangs, healthy] = [true, 20];
    const { state, report, failure } = await runPipeline(new FakeCluster(server.url), { seconds: 2 });
    assert.equal(exitCodeOf(failure), 2);
    assert.match(report, /timeout 100/);
    assert.equal(state.steps.destroy.status, "passed");
  });

  it("gives up a step that hangs whatever it is asked, and goes on to report and destroy", async () => {
    const cluster = new FakeCluster(server.url, { build: () => new Promise(() => undefined) });
    const { state, failure } = await runPipeline(cluster, { timeouts: { build: 0.2 } });
    assert.equal(exitCodeOf(failure), 3);
    assert.match(state.steps.build.error?.message ?? "", /build took longer than 0\.2 s/);
    assert.equal(cluster.done.at(-1), "destroy");
  });

  it("ends a command of a step whose time is over, with what that started", async () => {
    const cluster = new FakeCluster(server.url, {
      deploy: async ({ commands, signal }) =>
        void (await commands.run("sh", ["-c", "echo begun; sleep 4217 & wait"], { signal })),
    });
    const { state } = await runPipeline(cluster, { timeouts: { deploy: 0.5 } });
    assert.equal(state.steps.deploy.error?.output, "begun");
    assert.equal(await isRunning("sleep 4217"), false);
  });

  for (const step of ["create", "build", "deploy"] as const) {
    it(`that is interrupted in ${step} destroys the cluster, reports, and ends with 130`, async () => {
      const interruption = new AbortController();
      const cluster = new FakeCluster(server.url, {
        [step]: async ({ signal }: { signal: AbortSignal }) => {
          interruption.abort(new Interrupted("SIGINT"));
          await sleep(60_000, undefined, { signal });
        },
      });
      const { state, failure, report } = await runPipeline(cluster, {}, interruption.signal);
      assert.equal(exitCodeOf(failure), 130);
      assert.equal(state.outcome, "interrupted");
      assert.equal(cluster.done.at(-1), "destroy");
      assert.match(report, /interrupted/);
    });
  }

  it("goes on where it stopped, and runs single steps by what the first was given", async () => {
    const directory = await mkdtemp(join(tmpdir(), "trizone-pipeline-"));
    try {
      const say = () => undefined;
      const { signal } = new AbortController();
      const first = new FakeCluster(server.url);
      const args = { directory, options: OPTIONS, signal, say };
      await new Pipeline({ ...args, cluster: first }).runOne("create");
      const from = await readState(Pipeline.stateFile(directory));
      assert.equal(from?.steps.create.status, "passed");
      const second = new FakeCluster(server.url);
      const resumed = await new Pipeline({ ...args, cluster: second, from }).run();
      assert.equal(resumed.outcome, "passed");
      assert.deepEqual(second.done, ["build", "deploy", "destroy"]);
      assert.match(await readFile(join(directory, "report.md"), "utf8"), /passed/);
      await writeFile(Pipeline.stateFile(directory), "{}");
      await assert.rejects(
        readState(Pipeline.stateFile(directory)),
        /is no state of this version's pipeline/,
      );
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

async function isRunning(commandLine: string): Promise<boolean> {
  const { execFileSync } = await import("node:child_process");
  return execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n").includes(commandLine);
}
