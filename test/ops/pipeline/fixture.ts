import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cluster, StepContext, Target, Usage } from "../../../ops/pipeline/clusters/cluster.ts";
import { Pipeline } from "../../../ops/pipeline/runner.ts";
import { type PipelineOptions, PipelineState } from "../../../ops/pipeline/state.ts";

/** A cluster whose ingress is a server of the test's own, and whose steps do what the test says. */
export class FakeCluster implements Cluster {
  readonly done: string[] = [];
  readonly url: string;
  #steps: Partial<Record<"create" | "build" | "deploy" | "destroy", (context: StepContext) => Promise<void>>>;

  constructor(url: string, steps: FakeCluster["steps"] = {}) {
    this.url = url;
    this.#steps = steps;
  }

  get steps() {
    return this.#steps;
  }

  create = (context: StepContext) => this.#step("create", context);
  build = (context: StepContext) => this.#step("build", context);
  deploy = (context: StepContext) => this.#step("deploy", context);
  destroy = (context: StepContext) => this.#step("destroy", context);

  async problems(): Promise<string[]> {
    return [];
  }

  target(): Target {
    return { url: this.url, hosts: ["foo.localhost", "bar.localhost"] };
  }

  async watchUsage({ signal }: StepContext): Promise<Usage[]> {
    if (!signal.aborted) await once(signal, "abort");
    return [{ workload: "foo", pods: 3, cores: 0.25, memoryMiB: 64 }];
  }

  async failPod(): Promise<string> {
    return "foo-1";
  }

  async #step(name: "create" | "build" | "deploy" | "destroy", context: StepContext): Promise<void> {
    this.done.push(name);
    await this.#steps[name]?.(context);
  }
}

/** A server on a free port of this machine. */
export async function serve(listener: RequestListener): Promise<{ url: string; close(): void }> {
  const server: Server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export const OPTIONS: PipelineOptions = {
  ...{ cluster: "existing", stack: "ci", services: ["foo", "bar"], port: 8080, registry: "localhost:5001" },
  ...{ rate: 50, seconds: 1, warmUpSeconds: 0, seed: 1, failIf: ["errors>1%"], podFailures: 0, timeouts: {} },
};

/** Runs a pipeline in a folder of its own; gives its state, as the file has it, and its report. */
export async function runPipeline(
  cluster: Cluster,
  change: Partial<PipelineOptions> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<{ state: PipelineState; report: string; failure: unknown }> {
  const directory = await mkdtemp(join(tmpdir(), "trizone-pipeline-"));
  try {
    const options = { ...OPTIONS, ...change };
    const pipeline = new Pipeline({ directory, options, cluster, signal, say: () => undefined });
    await pipeline.run();
    const state = PipelineState.parse(JSON.parse(await readFile(Pipeline.stateFile(directory), "utf8")));
    const report = await readFile(join(directory, "report.md"), "utf8");
    return { state, report, failure: pipeline.failure };
  } finally {
    await rm(directory, { recursive: true });
  }
}
