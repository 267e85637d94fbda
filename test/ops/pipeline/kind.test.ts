import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { ALL_IMAGES } from "../../../ops/pipeline/clusters/kubernetes.ts";
import { PipelineState } from "../../../ops/pipeline/state.ts";
import { serve } from "./fixture.ts";

const KIND = new URL("../../../ops/pipeline/kind/", import.meta.url);
const ZONES = ["ap-southeast-2a", "ap-southeast-2b", "ap-southeast-2c"];

/**
 * A program that stands in for kind, docker and kubectl: it writes its name and arguments to a file, and answers what
 * each is asked for by a cluster where all is well.
 */
const STAND_IN = `
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
const [, self, ...args] = process.argv;
const name = basename(process.env.TOOL ?? self);
const line = [name, ...args].join(" ");
appendFileSync(process.env.TOOL_LOG, line + "\\n");
const input = args.includes("-") ? readFileSync(0, "utf8") : "";
if (process.env.FAIL && line.includes(process.env.FAIL)) {
  console.error("ERROR: it was to fail");
  process.exit(4);
}
const zones = ${JSON.stringify(ZONES)};
const node = (zone) => ({
  metadata: { name: zone, labels: { "topology.kubernetes.io/zone": zone } },
  status: { conditions: [{ type: "Ready", status: "True" }] },
});
const endpoints = zones.map((zone) => ({ zone, conditions: { ready: true } }));
const pod = (service) => ({ metadata: { name: service + "-1", labels: { "app.kubernetes.io/name": service } } });
// What the Dockerfile's stage "about" has.
const [, about] = /type=local,dest=(\\S+)/.exec(line) ?? [];
for (const service of about ? ${JSON.stringify(ALL_IMAGES)} : []) {
  mkdirSync(join(about, service), { recursive: true });
  writeFileSync(join(about, service, "size.json"), '{"bytes":1000000,"files":1}');
  writeFileSync(join(about, service, "sbom.cdx.json"), '{"components":[{"type":"library"}]}');
}
const answers = [
  [/^docker image inspect/, () => "localhost:5001/trizone/x@sha256:" + "a".repeat(64)],
  [/^kind version/, () => "kind v" + (process.env.KIND_VERSION ?? "0.31.0") + " go1.25"],
  [/^docker --version/, () => "Docker version 28.0.1, build x"],
  [/^kubectl version/, () => "Client Version: v1.35.0"],
  [/^kind get nodes/, () => zones.join("\\n")],
  [/get nodes/, () => JSON.stringify({ items: zones.map(node) })],
  [/get deployments/, () => JSON.stringify({ items: [] })],
  [/get endpointslices/, () => JSON.stringify({ items: [{ endpoints }] })],
  [/metrics.k8s.io/, () => JSON.stringify({ items: ["foo", "bar"].map((one) => ({
    ...pod(one), containers: [{ usage: { cpu: "250m", memory: "64Mi" } }] })) })],
];
if (input && process.env.INPUTS) appendFileSync(process.env.INPUTS, input + "\\n");
console.log(answers.find(([pattern]) => pattern.test(line))?.[1]() ?? "");
`;

describe("a pipeline in kind", function () {
  this.timeout(240_000);
  let folder: string;
  let server: Awaited<ReturnType<typeof serve>>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "trizone-kind-"));
    await mkdir(join(folder, "bin"));
    await writeFile(join(folder, "stand-in.mjs"), STAND_IN);
    for (const name of ["kind", "docker", "kubectl"]) await addTool(name);
    server = await serve((_request, response) => response.end("ok"));
  });
  afterEach(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  async function addTool(name: string): Promise<void> {
    const file = join(folder, "bin", name);
    const run = `exec "${process.execPath}" "${join(folder, "stand-in.mjs")}" "$@"`;
    await writeFile(file, `#!/bin/sh\nTOOL=${name} ${run}\n`);
    await chmod(file, 0o755);
  }

  async function run(env: Record<string, string> = {}) {
    const port = new URL(server.url).port;
    const args = ["--cluster", "kind", "--dir", folder, "--port", port, "--duration", "1", "--warm-up", "0"];
    const child = spawn(process.execPath, ["bin/trizone.cjs", "pipeline", "run", ...args, "--rate", "20"], {
      env: {
        ...process.env,
        PATH: `${join(folder, "bin")}${delimiter}${env.PATH ?? process.env.PATH}`,
        TOOL_LOG: join(folder, "tools.log"),
        INPUTS: join(folder, "inputs"),
        ...env,
        ...(env.PATH ? { PATH: `${join(folder, "bin")}${delimiter}${env.PATH}` } : {}),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (out += chunk));
    const [code] = await once(child, "close");
    const state = PipelineState.parse(JSON.parse(await readFile(join(folder, "state.json"), "utf8")));
    const calls = await readFile(join(folder, "tools.log"), "utf8").catch(() => "");
    const report = await readFile(join(folder, "report.md"), "utf8");
    return { code, out, state, calls: calls.split("\n").filter(Boolean), report };
  }

  it("makes the cluster and its parts, brings images and stack, loads it, and destroys it", async () => {
    const { code, out, state, calls, report } = await run();
    assert.equal(code, 0, out);
    assert.equal(state.outcome, "passed");
    const at = (pattern: RegExp) => {
      const index = calls.findIndex((call) => pattern.test(call));
      assert.ok(index >= 0, `${pattern} is not among\n${calls.join("\n")}`);
      return index;
    };
    const order = [
      ...[/^kind version/, /^kind delete cluster --name trizone-ci/, /^docker run .*registry/],
      ...[/^kind create cluster --name trizone-ci/, /^docker network connect kind/, /^docker exec .*mkdir/],
      ...[/apply --server-side -f -/, /rollout status deployment\/issuer/, /^docker build .*SERVICE=echo/],
      ...[/^docker push localhost:5001\/trizone\/echo:ci/, /apply --server-side --force-conflicts/],
      ...[/rollout status deployment\/foo/, /get nodes -o json/, /metrics\.k8s\.io/],
    ].map(at);
    assert.deepEqual(
      order,
      [...order].sort((one, other) => one - other),
    );
    assert.match(calls.at(-1) ?? "", /^docker rm -f -v trizone-registry/);
    const inputs = await readFile(join(folder, "inputs"), "utf8");
    assert.match(inputs, new RegExp(`hostPort: ${new URL(server.url).port}`));
    assert.match(inputs, /"kind":"Ingress".*"foo\.localhost"/);
    assert.match(report, /\| foo \| 1 \| 0\.25 \| 64 \|/);
  });

  it("names the tool that is missing, or that is too old, and still reports", async () => {
    await rm(join(folder, "bin", "kind"));
    const bare = join(folder, "bare");
    await mkdir(bare);
    const missing = await run({ PATH: bare });
    assert.equal(missing.code, 3, missing.out);
    assert.match(
      missing.state.steps.create.error?.message ?? "",
      /^kind is not on the PATH: install 0\.31\.0/,
    );
    assert.match(missing.report, /kind is not on the PATH/);
    await addTool("kind");
    const old = await run({ KIND_VERSION: "0.20.0" });
    assert.equal(old.code, 3, old.out);
    assert.match(old.state.steps.create.error?.message ?? "", /^kind is 0\.20\.0: install 0\.31\.0 or later/);
  });

  it("destroys the cluster when a step fails, with what the command said", async () => {
    const { code, state, calls, out } = await run({ FAIL: "docker push" });
    assert.equal(code, 3, out);
    const { error } = state.steps.build;
    assert.deepEqual([error?.exitStatus, error?.output], [4, "ERROR: it was to fail"]);
    assert.match(error?.command ?? "", /^docker push localhost:5001\/trizone\/web:ci/);
    assert.match(calls.at(-1) ?? "", /^docker rm -f -v trizone-registry/);
    assert.match(out, /command: docker push/);
  });
});

describe("kind's configuration", () => {
  const text = (name: string) => readFile(new URL(name, KIND), "utf8");

  it("has three workers, one a zone, and leads the two ports into the cluster", async () => {
    const { nodes, containerdConfigPatches } = parse(await text("cluster.yaml"));
    const zones = nodes
      .filter(({ role }: { role: string }) => role === "worker")
      .map(({ labels }: { labels: Record<string, string> }) => labels["topology.kubernetes.io/zone"]);
    assert.deepEqual(zones, ZONES);
    const ports = nodes[0].extraPortMappings.map((one: { containerPort: number }) => one.containerPort);
    assert.deepEqual(ports, [30081, 30080]);
    assert.match(containerdConfigPatches[0], /certs\.d/);
  });

  for (const name of ["ingress.yaml", "issuer.yaml", "metrics-server.yaml"]) {
    it(`has objects in ${name} whose selectors find their pods, of pinned images`, async () => {
      const objects = parseAllDocuments(await text(name)).map((one) => one.toJS());
      const deployment = objects.find(({ kind }) => kind === "Deployment");
      const labels = deployment.spec.template.metadata.labels;
      const service = objects.find(({ kind }) => kind === "Service");
      assert.deepEqual(deployment.spec.selector.matchLabels, labels);
      assert.deepEqual(service.spec.selector, labels);
      for (const { image } of deployment.spec.template.spec.containers) assert.match(image, /:v?\d+\.\d+/);
    });
  }

  it("has the issuer that the ci stack names", async () => {
    const { config } = parse(await readFile(new URL("../../../Pulumi.ci.yaml", import.meta.url), "utf8"));
    const objects = parseAllDocuments(await text("issuer.yaml")).map((one) => one.toJS());
    const { data } = objects.find(({ kind }) => kind === "ConfigMap");
    assert.equal(JSON.parse(data["openid-configuration"]).issuer, config["trizone:issuer"].url);
  });
});
