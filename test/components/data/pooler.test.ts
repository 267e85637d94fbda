import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pooler } from "../../../components/data/index.ts";
import { POOLER_SCRIPT } from "../../../components/data/pooler-settings.ts";
import { readConfig } from "../../../config/index.ts";
import type { Graph } from "../../../engine/index.ts";
import { STATEMENT_TIMEOUT_MS } from "../../../services/kit/database/database.ts";
import { problemsOf } from "../../kubernetes/judge.ts";
import { objectsOf } from "../../kubernetes/objects.ts";
import { judge } from "../../policies/pack.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test reaches into what a resource happens to have
type Any = any;

const IMAGE = `registry.example/pgbouncer@sha256:${"b".repeat(64)}`;
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const on = [`trizone:database.pooler.image=${IMAGE}`];

function settings(graph: Graph): Record<string, string> {
  const { data } = inputsOf(graph, "kubernetes:core/v1:ConfigMap", "pooler-settings");
  const lines = String(data["pgbouncer.ini"]).split("\n");
  return Object.fromEntries(lines.map((line) => line.split(/ = (.*)/, 2)).filter(([key]) => key));
}

const env = (graph: Graph, name: string, variable: string) =>
  [DEPLOYMENT, "kubernetes:batch/v1:Job"]
    .flatMap((type) => ofType(graph, type))
    .filter((resource) => resource.name === name)
    .flatMap(({ inputs }) => (inputs as Any).spec.template.spec.containers[0].env)
    .find((one: { name: string }) => one.name === variable)?.value;

describe("the pooler", () => {
  let prod: Graph;
  let pooled: Graph;
  before(async () => {
    [prod, pooled] = await Promise.all([graphOf("prod"), graphOf("prod", ...on)]);
  });

  it("is off unless it is asked for", () => {
    assert.deepEqual(
      prod.resources.filter(({ name }) => name.startsWith("pooler")),
      [],
    );
  });

  it("is what the services' pods connect to, and the migrations don't", () => {
    const through = "postgresql://pooler.trizone.svc.cluster.local:5432/trizone?sslmode=disable";
    assert.equal(env(pooled, "trading-deployment", "DATABASE_URL"), through);
    assert.equal(
      env(pooled, "migrations-job", "DATABASE_URL"),
      env(prod, "trading-deployment", "DATABASE_URL"),
    );
    const [trading] = ofType(pooled, DEPLOYMENT).filter(({ name }) => name === "trading-deployment");
    assert.ok(trading?.dependencies.some((urn) => urn.endsWith("::pooler-deployment")));
  });

  it("lends connections by transaction, over TLS that it checks", () => {
    const { pool_mode, server_tls_sslmode, auth_type, max_db_connections, ...more } = settings(pooled);
    assert.deepEqual(
      [pool_mode, server_tls_sslmode, auth_type, max_db_connections],
      ["transaction", "verify-full", "scram-sha-256", "20"],
    );
    assert.match(
      more.trizone ?? "",
      /^host=\S+\.rds\.amazonaws\.com port=5432 dbname=trizone connect_query=/,
    );
    // Twenty pods of each of three services may be there, each with eight connections, twenty of news with two, and new
    // ones during a release.
    assert.equal(more.max_client_conn, "1040");
  });

  it("has the database end statements when the services give up, and what runs longer on purpose goes on", () => {
    const { trizone = "", query_timeout } = settings(pooled);
    assert.match(trizone, new RegExp(`connect_query='SET statement_timeout = ${STATEMENT_TIMEOUT_MS}; `));
    assert.equal(query_timeout, "0");
  });

  it("replaces connections within a minute or two: they may lead to a former primary, or have old settings", () => {
    const { server_lifetime, dns_max_ttl } = settings(pooled);
    assert.ok(Number(server_lifetime) <= 60, server_lifetime);
    assert.ok(Number(dns_max_ttl) <= 5, dns_max_ttl);
  });

  it("has its credentials from the Secrets Store as files, and nowhere else", () => {
    const { spec } = inputsOf(pooled, DEPLOYMENT, "pooler-deployment").spec.template;
    for (const service of ["trading", "transactions", "portfolio"]) {
      const volume = spec.volumes.find(({ name }: { name: string }) => name === `login-${service}`);
      assert.equal(volume.csi.driver, "secrets-store.csi.k8s.io");
    }
    assert.ok(!JSON.stringify(spec.volumes).includes("logins-owner"));
    assert.equal(spec.containers[0].env, undefined);
    const accounts = ofType(pooled, "aws:eks/podIdentityAssociation:PodIdentityAssociation");
    assert.ok(accounts.some(({ inputs }) => inputs.serviceAccount === spec.serviceAccountName));
  });

  it("alone reaches the database beside the migrations, and is reached by the data services alone", () => {
    const rules = (pods: string, way: "egress" | "ingress") =>
      inputsOf(pooled, "kubernetes:networking.k8s.io/v1:NetworkPolicy", `network-policies-${pods}`)
        .spec[way].filter(({ ports }: { ports: { port: number }[] }) =>
          ports.some(({ port }) => port === 5432),
        )
        .flatMap((rule: Any) => rule.to ?? rule.from)
        .map((peer: Any) => peer.ipBlock?.cidr ?? peer.podSelector.matchLabels["app.kubernetes.io/name"]);
    const isolated = ["10.0.21.0/24", "10.0.22.0/24", "10.0.23.0/24"];
    assert.deepEqual(rules("pooler", "egress"), isolated);
    assert.deepEqual(rules("migrations", "egress"), isolated);
    // LISTEN needs a session.
    assert.deepEqual(rules("market-data", "egress"), isolated);
    assert.deepEqual(rules("trading", "egress"), ["pooler"]);
    assert.deepEqual(rules("pooler", "ingress"), ["trading", "transactions", "portfolio", "news"]);
  });

  it("has a budget, three zones, and no violation of any policy or schema", async () => {
    inputsOf(pooled, "kubernetes:policy/v1:PodDisruptionBudget", "pooler-disruption-budget");
    assert.deepEqual(await problemsOf(objectsOf(pooled)), []);
    assert.deepEqual(
      (await judge(...pooled.resources)).map(({ policy, message }) => `${policy}: ${message}`),
      [],
    );
  });

  it("works in a cluster's own database too, which has no TLS", async () => {
    const ci = await graphOf("ci", ...on);
    assert.equal(settings(ci).server_tls_sslmode, "disable");
    assert.deepEqual(await problemsOf(objectsOf(ci)), []);
  });

  it("is what the connection budget counts, in the place of the services' pods", () => {
    const read = (pooler: object) =>
      readConfig(
        {
          "aws:region": "ap-southeast-2",
          "trizone:clusterAccess": '{"runner":true}',
          "trizone:maxReplicas": "20",
          "trizone:database": JSON.stringify({ poolSize: 20, pooler: { image: IMAGE, ...pooler } }),
        },
        "trizone",
        "dev",
      );
    assert.doesNotThrow(() => read({ connections: 100 }));
    assert.throws(
      () => read({ connections: 120 }),
      /database\.pooler\.connections: 3 pods of pooler × 120 \+ 20 pods of market-data × 2 are 400 connections, .* 450, 360: /,
    );
    assert.throws(() => read({ image: "pgbouncer:latest" }), /database\.pooler\.image: expected an image by/);
  });

  it("refuses bad arguments, all at once", () => {
    const bad = {
      ...{ image: "pgbouncer", replicas: 1, connections: 0, clients: 0 },
      database: { services: {} },
    };
    assert.throws(
      () => new Pooler("p", bad as never),
      (error: Error & { errors?: { propertyPath: string }[] }) => {
        const paths = error.errors?.map(({ propertyPath }) => propertyPath);
        assert.deepEqual(paths, ["image", "replicas", "connections", "clients"]);
        return true;
      },
    );
  });

  it("has a script that takes a rotated login, and keeps the one of another name that clients may still use", async () => {
    const folder = await mkdtemp(join(tmpdir(), "trizone-pooler-"));
    const login = async (username: string, password: string) => {
      await mkdir(join(folder, "logins/trading"), { recursive: true });
      await writeFile(join(folder, "logins/trading/username"), username);
      await writeFile(join(folder, "logins/trading/password"), password);
    };
    // What comes before PgBouncer is started.
    const [setUp = ""] = POOLER_SCRIPT.split("\npgbouncer ");
    const script = setUp
      .replaceAll("/var/run/trizone/logins", `${folder}/logins`)
      .replaceAll("/run/pgbouncer", folder);
    const accounts = () => {
      const { status, stderr } = spawnSync("/bin/sh", ["-c", script], { encoding: "utf8" });
      assert.deepEqual([status, stderr], [0, ""]);
      return readFileSync(join(folder, "userlist.txt"), "utf8").trim().split("\n").sort();
    };
    try {
      await login("trading", "first");
      assert.deepEqual(accounts(), ['"trading" "first"']);
      await login("trading_b", 'sec"ond');
      assert.deepEqual(accounts(), ['"trading" "first"', '"trading_b" "sec""ond"']);
      await login("trading", "third");
      assert.deepEqual(accounts(), ['"trading" "third"', '"trading_b" "sec""ond"']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("has a script that a shell understands", () => {
    const { status, stderr } = spawnSync("/bin/sh", ["-n", "-c", POOLER_SCRIPT], { encoding: "utf8" });
    assert.deepEqual([status, stderr], [0, ""]);
  });
});
