import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ExistingCluster } from "../../../ops/pipeline/clusters/existing.ts";
import { exitCodeOf, Pipeline } from "../../../ops/pipeline/runner.ts";
import { ControlPlane, missingPrograms, programPath } from "../../kubernetes/cluster/control-plane.ts";
import { Nodes } from "../../kubernetes/cluster/nodes.ts";
import { OPTIONS, serve } from "./fixture.ts";

const missing = missingPrograms() ?? (programPath("kubectl") ? undefined : "kubectl: not on the PATH");

if (missing) {
  describe.skip(`a pipeline on a real API server (skipped: ${missing})`, () =>
    it("nothing is tried", () => {}));
} else {
  describe("a pipeline on a real API server", function () {
    this.timeout(600_000);
    let plane: ControlPlane;
    let nodes: Nodes;
    let directory: string;

    before(async () => {
      directory = await mkdtemp(join(tmpdir(), "trizone-existing-"));
      plane = await ControlPlane.start();
      nodes = await Nodes.start(plane.api, ["ap-southeast-2a", "ap-southeast-2b", "ap-southeast-2c"], 3);
    });
    after(async () => {
      await nodes?.stop();
      await plane?.stop();
      await rm(directory, { recursive: true });
    });

    it("runs every step, and leaves nothing in the cluster", async () => {
      const lines: string[] = [];
      const server = await serve((_request, response) => response.end("ok"));
      // Its nodes have no machines, so that no ingress leads into it.
      const options = {
        ...OPTIONS,
        kubeconfig: plane.kubeconfig,
        target: server.url,
        podFailures: 1,
        seconds: 2,
      };
      const pipeline = new Pipeline({
        ...{ directory, options, cluster: new ExistingCluster() },
        signal: new AbortController().signal,
        say: (line) => lines.push(line),
      });
      const state = await pipeline.run();
      server.close();
      nodes.check();
      assert.equal(
        pipeline.failure,
        undefined,
        `${lines.join("\n")}\n${JSON.stringify(state.steps, null, 2)}`,
      );
      assert.equal(state.outcome, "passed");
      assert.ok(
        lines.some((line) => /killed pod (foo|bar)-/.test(line)),
        lines.join("\n"),
      );
      assert.match(await readFile(join(directory, "report.md"), "utf8"), /Passed: 100 of 100/);
      const { items } = await plane.api.get("/apis/scheduling.k8s.io/v1/priorityclasses");
      const left = items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
      assert.deepEqual(
        left.filter((name: string) => name.startsWith("trizone")),
        [],
      );
      const namespace = await plane.api.get("/api/v1/namespaces/trizone").catch(() => undefined);
      assert.ok(!namespace || namespace.status.phase === "Terminating");
    });

    it("says what the API server answers where it can't be reached", async () => {
      const options = { ...OPTIONS, kubeconfig: join(directory, "none") };
      const signal = new AbortController().signal;
      const cluster = new ExistingCluster();
      const pipeline = new Pipeline({ directory, options, cluster, signal, say: () => undefined });
      const state = await pipeline.run();
      assert.equal(exitCodeOf(pipeline.failure), 3);
      assert.match(state.steps.create.error?.command ?? "", /^kubectl --kubeconfig=.* get --raw \/readyz/);
      assert.ok(state.steps.create.error?.exitStatus);
    });
  });
}
