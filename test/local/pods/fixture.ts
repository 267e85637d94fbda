import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Graph, PropertyMap, Resource } from "../../../engine/index.ts";
import { Pods, type PodsOptions } from "../../../local/pods/index.ts";
import { startTime } from "../../../local/processes.ts";

export const zones = ["a", "b", "c"].map((letter, index) => ({
  name: `ap-southeast-2${letter}`,
  id: `apse2-az${index + 1}`,
}));
export const [zoneA = "", zoneB = "", zoneC = ""] = zones.map(({ name }) => name);

/** A program that listens on HTTP_PORT and answers what it was started with; files in its folder steer its probes. */
export const server = `
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
const file = (name) => process.env.CONTROL + "/" + name;
if (process.env.CONTROL && existsSync(file("crash"))) { console.error("crashing on request"); process.exit(3); }
const kept = {};
createServer((request, response) => {
  const { url, method } = request;
  if (url === "/chaos" || url === "/zone-shift") {
    if (method === "GET") return response.end(JSON.stringify(kept[url] ?? null));
    let body = "";
    request.on("data", (data) => { body += data; });
    return request.on("end", () => { kept[url] = body ? JSON.parse(body) : null; response.end(); });
  }
  const blocked = process.env.CONTROL && existsSync(file(url.slice(1)));
  response.statusCode = blocked ? 503 : 200;
  response.end(JSON.stringify({ pid: process.pid, argv: process.argv, cwd: process.cwd(), env: process.env }));
}).listen(Number(process.env.HTTP_PORT), "127.0.0.1");
process.on("SIGTERM", () => { console.log("SIGTERM came"); if (!process.env.STUBBORN) process.exit(0); });
`;

/** Folders of one test, an image for each program, and the Pods it starts; removed by \`clean\`. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), "pods-"));
  readonly logs = join(this.folder, "logs");
  readonly control = join(this.folder, "control");
  readonly #started: Pods[] = [];

  constructor() {
    mkdirSync(this.control);
    this.image("server", server);
  }

  image(name: string, program: string): void {
    mkdirSync(join(this.folder, "images", name), { recursive: true });
    writeFileSync(join(this.folder, "images", name, "main.js"), program);
    writeFileSync(join(this.folder, "images", name, "package.json"), '{"type":"module"}');
  }

  /** Lays a file that the server program reacts to. */
  tell(name: string): void {
    writeFileSync(join(this.control, name), "");
  }

  untell(name: string): void {
    rmSync(join(this.control, name));
  }

  pods(resources: Resource[], options: Partial<PodsOptions> = {}): Pods {
    const pods = new Pods({
      graph: graph(resources),
      zones,
      images: (image) => join(this.folder, "images", image),
      secrets: async (arn) => {
        throw new Error(`no secret ${arn}`);
      },
      lookup: () => ({}),
      directory: join(this.folder, "volumes"),
      logDirectory: this.logs,
      ...options,
    });
    this.#started.push(pods);
    return pods;
  }

  async clean(): Promise<void> {
    await Promise.all(this.#started.map((pods) => pods.stop({ graceMs: 500 })));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function graph(resources: Resource[]): Graph {
  return { project: "test", stack: "test", resources, outputs: {} };
}

export function resource(
  type: string,
  name: string,
  inputs: PropertyMap,
  dependencies: string[] = [],
): Resource {
  return {
    urn: `urn:pulumi:test::test::${type}::${name}`,
    type,
    name,
    custom: true,
    remote: false,
    external: false,
    inputs: { metadata: { name, namespace: "shop" }, ...inputs },
    outputs: {},
    dependencies,
    propertyDependencies: {},
    providers: {},
    options: {},
  };
}

const spread = (labels: Record<string, string>) => ({
  maxSkew: 1,
  topologyKey: "topology.kubernetes.io/zone",
  whenUnsatisfiable: "DoNotSchedule",
  labelSelector: { matchLabels: labels },
});

/** A Deployment of the server program with a readiness probe; `container` and `spec` are laid over. */
export function deployment(
  name: string,
  { replicas = 3, container = {}, spec = {}, env = [] as object[], dependencies = [] as string[] } = {},
): Resource {
  const labels = { "app.kubernetes.io/name": name };
  const main = {
    name: "main",
    image: "server",
    command: ["node", "/app/main.js"],
    env: [{ name: "HTTP_PORT", value: "8080" }, ...env],
    ports: [{ name: "http", containerPort: 8080 }],
    readinessProbe: { httpGet: { path: "/readyz", port: "http" }, periodSeconds: 1 },
    ...container,
  };
  const template = {
    metadata: { labels },
    spec: {
      topologySpreadConstraints: [spread(labels)],
      terminationGracePeriodSeconds: 2,
      containers: [main],
      ...spec,
    },
  };
  return resource("kubernetes:apps/v1:Deployment", name, { spec: { replicas, template } }, dependencies);
}

export function job(name: string, image: string, spec: object = {}): Resource {
  const template = {
    spec: {
      restartPolicy: "Never",
      containers: [{ name: "main", image, command: ["node", "/app/main.js"] }],
    },
  };
  return resource("kubernetes:batch/v1:Job", name, { spec: { template, ...spec } });
}

/** Waits until something about the pods holds; fails with what they are after the time limit. */
export async function until(pods: Pods, holds: () => boolean, timeoutMs = 15_000): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  while (!holds()) {
    try {
      await once(pods, "change", { signal });
    } catch {
      assert.fail(`not within ${timeoutMs} ms: ${holds}\n${JSON.stringify(pods.status(), null, 1)}`);
    }
  }
}

/** Number of ready pods by zone. */
export function readyByZone(pods: Pods): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { zone, ready } of pods.endpoints()) if (ready) counts[zone] = (counts[zone] ?? 0) + 1;
  return counts;
}

// biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for
type Answer = any;

/** What the server program of an endpoint answers. */
export async function ask(endpoint: { ports: Record<string, string> }, path = "/"): Promise<Answer> {
  const response = await fetch(`http://${endpoint.ports["8080"]}${path}`, {
    headers: { connection: "close" },
  });
  return response.json();
}

/** Whether a process with this pid runs; one that only waits to be reaped doesn't. */
export function exists(pid: number | undefined): boolean {
  return pid !== undefined && startTime(pid) !== undefined;
}

/** Waits until no such process runs: a signal's effect on a process that isn't ours can only be polled. */
export async function gone(pid: number, timeoutMs = 3000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (exists(pid)) {
    assert.ok(Date.now() < end, `process ${pid} still runs after ${timeoutMs} ms`);
    await sleep(10);
  }
}
