import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { FIXED, SERVICES } from "../../../config/index.ts";
import { type Graph, reveal } from "../../../engine/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

const CRON_JOB = "kubernetes:batch/v1:CronJob";

/** Services that have more pods at times. */
const SCALED = SERVICES.filter((service) => FIXED[service] === undefined);
const each = (minimum: number) => Object.fromEntries(SCALED.map((service) => [service, minimum]));

describe("pre-scaling", () => {
  let prod: Graph;
  before(async () => {
    prod = await graphOf("prod");
  });

  it("comes half an hour before the exchange opens and goes after, by the exchange's clock", () => {
    const jobs = ofType(prod, CRON_JOB).filter(({ name }) => name.startsWith("pre-scaling-"));
    const times = jobs.map(({ name, inputs }) => {
      const { schedule, timeZone } = reveal<{ schedule: string; timeZone: string }>(inputs.spec);
      return [name, schedule, timeZone];
    });
    assert.deepEqual(times.sort(), [
      ["pre-scaling-open", "30 9 * * 1-5", "Australia/Sydney"],
      ["pre-scaling-usual", "30 10 * * 1-5", "Australia/Sydney"],
    ]);
  });

  it("keeps three times the usual pods, and no more than there may be", async () => {
    assert.deepEqual(minimums(prod, "open"), each(18));
    assert.deepEqual(minimums(prod, "usual"), each(6));
    assert.deepEqual(minimums(await graphOf("prod", "trizone:maxReplicas=10"), "open").web, 10);
  });

  it("may patch those autoscalers, and nothing else", () => {
    const [rule, ...more] = inputsOf(
      prod,
      "kubernetes:rbac.authorization.k8s.io/v1:Role",
      "pre-scaling-role",
    ).rules;
    assert.deepEqual(more, []);
    assert.deepEqual(rule, {
      apiGroups: ["autoscaling"],
      resources: ["horizontalpodautoscalers"],
      resourceNames: [...SCALED],
      verbs: ["patch"],
    });
  });

  it("is left alone by updates", () => {
    for (const { name, options } of ofType(prod, "kubernetes:autoscaling/v2:HorizontalPodAutoscaler")) {
      if (name === "guard-autoscaler") continue;
      assert.deepEqual(options.ignoreChanges, ["spec.minReplicas"]);
    }
  });

  describe("its pod", () => {
    let server: Server;
    let folder: string;
    const asked: { method?: string; url?: string; type?: string; authorization?: string; body: unknown }[] =
      [];
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "pre-scaling-"));
      await writeFile(join(folder, "token"), "abc");
      await writeFile(join(folder, "namespace"), "trizone");
      server = createServer(async (request, response) => {
        const { method, url, headers } = request;
        const { authorization, "content-type": type } = headers;
        asked.push({ method, url, type, authorization, body: await json(request) });
        response.statusCode = url?.includes("gateway") ? 403 : 200;
        response.end("{}");
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
    });
    after(async () => {
      server.close();
      await rm(folder, { recursive: true });
    });

    it("patches each autoscaler, and fails naming those that refused", async () => {
      const { command, env } = pod(prod, "open");
      const own = Object.fromEntries(env.map(({ name, value }) => [name, value]));
      const KUBERNETES_API = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const [, ...args] = command;
      const { NODE_EXTRA_CA_CERTS: _, ...usable } = own;
      const run = await execute(args, { ...usable, SERVICE_ACCOUNT: folder, KUBERNETES_API });
      assert.equal(run.code, 1);
      assert.match(run.stderr, /gateway: 403/);
      const patched = SCALED.filter((service) => service !== "gateway");
      assert.deepEqual(
        run.stdout.trim().split("\n").sort(),
        patched.map((service) => `${service}: at least 18`).sort(),
      );
      assert.equal(asked.length, SCALED.length);
      for (const { method, url, type, authorization, body } of asked) {
        assert.match(
          url ?? "",
          /^\/apis\/autoscaling\/v2\/namespaces\/trizone\/horizontalpodautoscalers\/[\w-]+\?/,
        );
        assert.deepEqual(
          [method, type, authorization, body],
          ["PATCH", "application/merge-patch+json", "Bearer abc", { spec: { minReplicas: 18 } }],
        );
      }
    });
  });
});

function pod(graph: Graph, when: string) {
  const { spec } = inputsOf(graph, CRON_JOB, `pre-scaling-${when}`).spec.jobTemplate.spec.template;
  const [container] = spec.containers;
  return container as { command: string[]; env: { name: string; value?: string }[] };
}

function minimums(graph: Graph, when: string): Record<string, number> {
  return JSON.parse(pod(graph, when).env.find(({ name }) => name === "MINIMUMS")?.value ?? "");
}

function execute(
  args: string[],
  env: Record<string, string | undefined>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { env, timeout: 20_000 }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}
