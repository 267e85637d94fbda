import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { ECHO, IMAGES } from "../../config/index.ts";
import { reveal } from "../../engine/index.ts";
import { graphOf, PROJECT } from "../program/graphs.ts";
import { TestAuthority } from "../support/certificates.ts";
import { CLIENT_ID, startIssuer, type TestIssuer } from "../support/issuer.ts";
import { DATA_SERVICES, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { Containers, missing, type RunningContainer } from "./containers.ts";
import { nodeImageContext } from "./node-image.ts";

const ALL = [...IMAGES, ECHO];
const UID = 10001;
const NODE_IMAGE = "localhost/trizone-node";
const NOWHERE = "http://127.0.0.1:9";
/** Megabytes that an image's content may have. */
const MOST = (service: string) => (service === "news" ? 80 : 30);

/** What the base may have. */
const BASE = [
  /^usr\/local\/bin\/node$/,
  /^usr\/local\/share\/doc\/node\/LICENSE$/,
  /^(usr\/)?lib(64|\/[\w-]+-linux-gnu)?\/(ld-linux[\w-]*|lib(c|dl|gcc_s|m|pthread|rt|stdc\+\+))\.so\.\d+$/,
  /^usr\/share\/doc\/(libc6|libgcc-s1|libstdc\+\+6)\/copyright$/,
  /^var\/lib\/dpkg\/status\.d\/(libc6|libgcc-s1|libstdc\+\+6)$/,
  /^etc\/(passwd|group|nsswitch\.conf|os-release|ssl\/certs\/rds\.pem)$/,
];
/** What every service may have in /app, and some besides. */
const APP = [/^app\/(main\.js|package\.json|LICENCES\.txt)$/];
const BESIDES: Record<string, RegExp[]> = {
  migrations: [/^app\/sql\/[\w-]+\.sql$/],
  web: [/^app\/public\/(index\.html|assets\/[\w.-]+|[\w-]+\.svg)(\.br|\.gz)?$/],
  news: [
    /^app\/(init|infer-worker|read-worker|tokenize-worker)\.js$/,
    /^app\/models\/(deployment\.json|[\d.]+\/[\w.-]+)$/,
    /^app\/node_modules\/(onnxruntime-(node|common)|piscina)\/([\w/]*package\.json|dist\/[\w/.-]+\.(c?js|mjs))$/,
    /^app\/node_modules\/onnxruntime-node\/bin\/napi-v6\/linux\/(x64|arm64)\/[\w.]+\.(node|so\.1)$/,
  ],
};

/** What pods of the graph are given, by service. */
interface Given {
  command: string[];
  memory: string;
}

describe("images as they are built and run", function () {
  this.timeout(900_000);
  let containers: Containers;
  let postgres: TestPostgres;
  let issuer: TestIssuer;
  let certificates: Server;
  let authority: TestAuthority;
  let given: Map<string, Given>;
  const started: RunningContainer[] = [];

  before(async function () {
    const why = process.env.IMAGES ? missing() : "set IMAGES=1; building ten of them takes minutes";
    if (why) {
      console.log(`skipped: images are not built and run: ${why}`);
      this.skip();
    }
    containers = await Containers.create();
    [authority, postgres, issuer, given] = await Promise.all([
      TestAuthority.create(),
      startPostgres(),
      startIssuer(),
      containersOfGraph(),
    ]);
    certificates = createServer((_request, response) => response.end(authority.root)).listen(0, "127.0.0.1");
    await once(certificates, "listening");
    await Promise.all([postgres.credentials, ...Object.values(postgres.logins)].map(asSecret));
  });
  after(async () => {
    await Promise.allSettled(started.map((one) => one.stop()));
    await Promise.all([postgres?.stop(), issuer?.close(), authority?.remove()]);
    certificates?.close();
    await containers?.remove();
  });

  const image = (service: string) => `localhost:5001/trizone/${service}:tested`;
  const inAll = (service: string, env: Record<string, string> = {}) => ({
    image: image(service),
    command: given.get(service)?.command ?? [],
    memory: given.get(service)?.memory ?? "",
    env: { SERVICE: service, POD_NAME: `${service}-1`, ZONE: "a", HTTP_PORT: "0", ADMIN_PORT: "0", ...env },
  });
  const database = (service: (typeof DATA_SERVICES)[number], env: Record<string, string> = {}) => ({
    ...inAll(service, { DATABASE_URL: postgres.url, DATABASE_CREDENTIALS: DATABASE, ...env }),
    mounts: { [DATABASE]: postgres.logins[service] },
  });

  it("are all built by trizone build, with sizes, packages and an SBOM of each", async () => {
    const { port } = certificates.address() as { port: number };
    if (!process.env.IMAGES_KEPT) {
      const context = join(containers.folder, "node");
      await mkdir(context);
      await containers.buildah("build", "-t", NODE_IMAGE, "-f", nodeImageContext(context), context);
    }
    const cache = (await promisify(execFile)("npm", ["config", "get", "cache"])).stdout.trim();
    const out = join(containers.folder, "about");
    const args = ["build", "--with", "buildah", "--node-image", NODE_IMAGE, "--tag", "tested", "--out", out];
    const options = [
      `--build-arg=RDS_CERTIFICATES=http://127.0.0.1:${port}/`,
      // What npm has already isn't fetched again.
      `--volume=${cache}:/root/.npm`,
    ].map((option) => `--builder-option=${option}`);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(PROJECT, "bin/trizone.cjs"), ...args, ...options, "--json"],
      { env: containers.env, maxBuffer: 16 * 2 ** 20 },
    );
    const built = JSON.parse(stdout) as { service: string; name: string; bytes: number; packages: number }[];
    assert.deepEqual(
      built.map(({ service, name }) => [service, name]),
      ALL.map((service) => [service, image(service)]),
    );
    for (const { service, bytes, packages } of built) {
      assert.ok(bytes <= MOST(service) * 1e6, `${service} has ${bytes} bytes`);
      const sbom = JSON.parse(await readFile(join(out, service, "sbom.cdx.json"), "utf8"));
      assert.equal(sbom.specVersion, "1.6");
      const names = sbom.components.map(({ group, name }: { group?: string; name: string }) =>
        group ? `${group}/${name}` : name,
      );
      assert.equal(names.length, packages + 1);
      assert.ok(
        names.includes("node") && names.includes(service === "migrations" ? "pg" : "hono"),
        `${names}`,
      );
      console.log(`      ${service}: ${(bytes / 1e6).toFixed(1)} MB, ${packages} packages`);
    }
  });

  it("have the bundle, its native modules and licences inside, a small base, and nothing else", async () => {
    for (const service of ALL) {
      const root = await containers.podman("image", "mount", image(service));
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => !entry.isDirectory());
      const paths = files.map(({ parentPath, name }) => relative(root, join(parentPath, name)));
      const allowed = [...BASE, ...APP, ...(BESIDES[service] ?? [])];
      const others = paths.filter((path) => !allowed.some((pattern) => pattern.test(path)));
      assert.deepEqual(others, [], `${service} has what it should not have`);
      assert.ok(paths.includes("app/main.js") && paths.includes("app/LICENCES.txt"));
      const stats = await Promise.all(paths.map((path) => stat(join(root, path))));
      const bytes = stats
        .filter((_, i) => paths[i]?.startsWith("app/"))
        .reduce((sum, { size }) => sum + size, 0);
      assert.ok(bytes <= MOST(service) * 1e6, `${service} has ${bytes} bytes`);
      for (const [i, { mode, uid }] of stats.entries()) {
        assert.equal(mode & 0o6022, 0, `${paths[i]} of ${service} is set-uid, or others may write it`);
        assert.equal(uid, 0, `${paths[i]} of ${service} is not root's`);
      }
      await containers.podman("image", "umount", image(service));
    }
  });

  it("bring the database up to date as the Job does", async () => {
    const logins = Object.fromEntries(DATA_SERVICES.map((one) => [`${LOGINS}/${one}`, postgres.logins[one]]));
    const said = await containers.runOnce({
      ...inAll("migrations", {
        ...{ DATABASE_URL: postgres.url, DATABASE_CREDENTIALS: DATABASE },
        ROLE_CREDENTIALS: Object.keys(logins).join(","),
      }),
      mounts: { ...logins, [DATABASE]: postgres.credentials },
    });
    assert.ok(said.length > 0);
    const { rows } = await postgres.query("SELECT count(*)::int AS count FROM trading.orders");
    assert.deepEqual(rows, [{ count: 0 }]);
  });

  it("fetch the model of news as its init container does", async () => {
    const models = join(containers.folder, "models");
    await mkdir(models, { recursive: true });
    await chown(models, UID, UID);
    await containers.runOnce({
      ...inAll("news", { MODEL_URL, MODEL_CACHE }),
      command: ["node", "/app/init.js"],
      mounts: { [MODEL_CACHE]: `${models}:rw` },
    });
    assert.equal((await readdir(models)).length, 1);
  });

  const services: Record<string, () => Promise<Parameters<Containers["start"]>[1]>> = {
    web: async () => inAll("web", { API_URL: NOWHERE, ISSUER: issuer.url, CLIENT_ID }),
    gateway: async () => inAll("gateway", { TRADING_URL: NOWHERE, ISSUER: issuer.url, CLIENT_ID }),
    trading: async () => database("trading", { TRANSACTIONS_URL: NOWHERE, PORTFOLIO_URL: NOWHERE }),
    transactions: async () => {
      const folder = join(containers.folder, "personal-data");
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, "key"), `1 ${Buffer.alloc(32, 7).toString("base64")}\n`);
      await asSecret(folder);
      const { mounts, ...rest } = database("transactions", { PERSONAL_DATA_KEY: `file://${KEY}/key` });
      return { ...rest, mounts: { ...mounts, [KEY]: folder } };
    },
    portfolio: async () => database("portfolio"),
    "market-data": async () => database("market-data"),
    news: async () => {
      const { mounts, ...rest } = database("news", { MODEL_URL, MODEL_CACHE });
      return { ...rest, mounts: { ...mounts, [MODEL_CACHE]: `${join(containers.folder, "models")}:rw` } };
    },
    guard: async () =>
      inAll("guard", {
        ...{ SIGNALS_URL: `kubernetes+${NOWHERE}`, KUBERNETES_API: NOWHERE, REGION: "ap-southeast-2" },
        ZONES: JSON.stringify(["a", "b", "c"].map((name) => ({ name, id: name }))),
        ...{ SERVICES: '["trading"]', CALLS: "{}" },
      }),
    echo: async () => inAll("echo"),
  };

  it("are each tried below", () => {
    assert.deepEqual([...Object.keys(services), "migrations"].sort(), [...ALL].sort());
  });

  for (const [service, options] of Object.entries(services)) {
    it(`run ${service} until it is ready: read-only, as ${UID}, without capabilities, within its memory`, async () => {
      const container = await containers.start(service, await options());
      started.push(container);
      await readiness(container);
      const { uid, gid, status, outside, inside, memory, programs } = JSON.parse(
        await container.evaluate(LOOK),
      );
      assert.deepEqual([uid, gid], [UID, UID]);
      for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"])
        assert.match(status, new RegExp(`^${set}:\\s+0+$`, "m"));
      assert.match(status, /^NoNewPrivs:\s+1$/m);
      assert.deepEqual(outside, ["EROFS", "EROFS", "EROFS"]);
      assert.equal(inside, "written");
      assert.equal(memory, Number.parseInt(given.get(service)?.memory ?? "", 10) * 2 ** 20);
      assert.deepEqual(programs, ["node"]);
      started.splice(started.indexOf(container), 1);
      await container.stop();
    });
  }
});

const DATABASE = "/var/run/trizone/database";
const LOGINS = "/var/run/trizone/logins";
const KEY = "/var/run/trizone/personal-data";
const MODEL_URL = "file:///app/models";
const MODEL_CACHE = "/var/cache/trizone/models";

/** What a program inside sees and may do. */
const LOOK = `
const fs = require("node:fs");
const write = (path) => { try { fs.writeFileSync(path, "x"); return "written"; } catch (error) { return error.code; } };
console.log(JSON.stringify({
  uid: process.getuid(),
  gid: process.getgid(),
  status: fs.readFileSync("/proc/1/status", "utf8"),
  outside: ["/app/x", "/etc/passwd", "/x"].map(write),
  inside: write("/tmp/x"),
  memory: process.constrainedMemory(),
  programs: fs.readdirSync("/usr/local/bin"),
}));`;

/** Waits, as a readiness probe does, until a service says that it is ready. */
async function readiness({ admin, name, output }: RunningContainer): Promise<void> {
  let said = "";
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
    const answer = await fetch(`${admin}/readyz`, { signal: AbortSignal.timeout(5000) });
    said = `${answer.status} ${await answer.text()}`;
    if (answer.status === 200) return;
    await sleep(100);
  }
  throw new Error(`${name} is not ready: ${said}\n${output()}`);
}

/** A folder as Kubernetes mounts a secret: the pods' group may read it. */
async function asSecret(folder: string): Promise<void> {
  for (const name of ["", ...(await readdir(folder))]) {
    await chown(join(folder, name), 0, UID);
    await chmod(join(folder, name), name ? 0o440 : 0o750);
  }
}

/** Commands and limits of the pods' own containers, as the program declares them. */
async function containersOfGraph(): Promise<Map<string, Given>> {
  const graph = await graphOf("dev", 'trizone:echoes={"names":["foo"]}');
  const found = new Map<string, Given>();
  for (const { type, inputs } of graph.resources) {
    if (!/^kubernetes:(apps\/v1:Deployment|batch\/v1:Job)$/.test(type)) continue;
    const { spec } = reveal<{ spec: { template: { spec: { containers: Declared[] } } } }>(inputs);
    for (const { name, command = [], resources } of spec.template.spec.containers) {
      const memory = resources?.limits?.memory;
      if (memory) found.set(name === "foo" ? ECHO : name, { command, memory });
    }
  }
  return found;
}

interface Declared {
  name: string;
  command?: string[];
  resources?: { limits?: { memory?: string } };
}
