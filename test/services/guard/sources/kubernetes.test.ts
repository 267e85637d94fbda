import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Hono } from "hono";
import { leases } from "../../../../local/leases.ts";
import { KubernetesApi } from "../../../../services/guard/kubernetes-api.ts";
import { GuardLease } from "../../../../services/guard/lease.ts";
import { KubernetesSource } from "../../../../services/guard/sources/kubernetes.ts";
import { PodEnvironment } from "../../../../services/kit/environment.ts";
import { createMetrics } from "../../../../services/kit/telemetry/metrics.ts";
import { listen } from "../stand-ins.ts";

interface Pod {
  name: string;
  zone: string;
  /** Of the loopback range, which is all this machine. */
  address: string;
  ready?: boolean;
}

const PODS: Pod[] = [
  { name: "web-7c9d8f6b54-abcde", zone: "ap-southeast-2a", address: "127.0.0.2" },
  { name: "web-7c9d8f6b54-fghij", zone: "ap-southeast-2b", address: "127.0.0.3" },
  { name: "web-7c9d8f6b54-klmno", zone: "ap-southeast-2c", address: "127.0.0.4", ready: false },
];

describe("a cluster's pods, by their EndpointSlices", () => {
  let pods = PODS;
  let shifted: string[] = [];
  let source: KubernetesSource;
  let api: KubernetesApi;
  let metrics: Server;
  let kubernetes: Awaited<ReturnType<typeof listen>>;
  let asked: string[] = [];

  beforeEach(async () => {
    [pods, shifted, asked] = [PODS, [], []];
    const answers = new Map(
      PODS.map(({ name, zone, address }) => {
        const { observe, registry } = createMetrics(
          PodEnvironment.parse({ SERVICE: "web", POD_NAME: name, ZONE: zone }),
        );
        for (let request = 0; request < 10; request += 1) observe("GET", "/", request < 2 ? 500 : 200, 0.003);
        return [address, registry];
      }),
    );
    metrics = createServer(async (request, response) => {
      response.end(await answers.get(request.socket.localAddress ?? "")?.metrics());
    });
    await new Promise<void>((resolve) => metrics.listen(0, "0.0.0.0", resolve));
    const app = new Hono();
    app.use(async (c, next) => {
      asked.push(`${c.req.method} ${c.req.path} ${c.req.header("authorization")}`);
      await next();
    });
    app.get("/apis/discovery.k8s.io/v1/namespaces/trizone/endpointslices", (c) =>
      c.json({
        items: [
          {
            metadata: { labels: { "kubernetes.io/service-name": "web" } },
            ports: [{ name: "http", port: 8080 }],
            endpoints: pods.map(({ name, zone, address, ready = true }) => ({
              addresses: [address],
              conditions: { ready },
              targetRef: { kind: "Pod", name },
              zone,
            })),
          },
          { metadata: { labels: { "kubernetes.io/service-name": "pooler" } }, endpoints: null, ports: null },
        ],
      }),
    );
    kubernetes = await listen(app.fetch);
    api = new KubernetesApi(kubernetes.url.replace("://", "://:secret@"));
    const { port: adminPort } = metrics.address() as AddressInfo;
    source = new KubernetesSource(api, {
      ...{ namespace: "trizone", services: ["web"], adminPort, secure: false },
      shifted: () => shifted,
    });
  });
  afterEach(async () => {
    await Promise.all([source.close(), api.close()]);
    metrics.closeAllConnections();
    metrics.close();
    await kubernetes.close();
  });

  it("are read with their zone, readiness and release", async () => {
    const { readings, targets, problems, facts } = await source.read();
    assert.deepEqual(problems, []);
    assert.deepEqual(
      readings.map(({ pod, zone, requests, errors }) => [pod, zone, requests, errors]),
      PODS.map(({ name, zone }) => [name, zone, 10, 2]),
    );
    assert.deepEqual(
      targets.map(({ ready, release }) => [ready, release]),
      [
        [true, "7c9d8f6b54"],
        [true, "7c9d8f6b54"],
        [false, "7c9d8f6b54"],
      ],
    );
    assert.equal(facts.failingOpen, false);
    assert.match(asked[0] ?? "", /Bearer secret$/);
  });

  it("are left out, and said, where another pod answers at the address or none does", async () => {
    const [first, , third] = PODS as [Pod, Pod, Pod];
    pods = [
      { ...first, address: "127.0.0.3" },
      { ...third, ready: true, address: "127.0.0.9" },
    ];
    const { readings, problems } = await source.read();
    assert.deepEqual(readings, []);
    assert.deepEqual(
      problems.map(({ kind, pod }) => [kind, pod]),
      [
        ["foreign", first.name],
        ["garbage", third.name],
      ],
    );
  });

  it("stay known where a zonal shift has taken their endpoints away, and go else", async () => {
    await source.read();
    pods = PODS.slice(0, 1);
    shifted = ["ap-southeast-2b"];
    await new Promise((resolve) => setTimeout(resolve, 2100));
    const { targets } = await source.read();
    assert.deepEqual(
      targets.map(({ zone, ready }) => [zone, ready]),
      [
        ["ap-southeast-2a", true],
        ["ap-southeast-2b", false],
      ],
    );
  });
});

describe("the lease of the guard that acts", () => {
  let now = 0;
  let kubernetes: Awaited<ReturnType<typeof listen>>;
  let api: KubernetesApi;
  beforeEach(async () => {
    now = 0;
    kubernetes = await listen(leases().fetch);
    api = new KubernetesApi(kubernetes.url.replace("://", "://:secret@"));
  });
  afterEach(async () => {
    await api.close();
    await kubernetes.close();
  });
  const guard = (name: string) => new GuardLease(api, "trizone", name, `http://${name}`, () => now);

  it("has one holder at a time, whoever comes at once", async () => {
    const guards = ["one", "two", "three"].map(guard);
    const held = await Promise.all(guards.map((one) => one.keep(true)));
    assert.equal(held.filter(Boolean).length, 1);
    for (let round = 0; round < 10; round += 1) {
      now += 2000;
      const again = await Promise.all(guards.map((one) => one.keep(true)));
      assert.deepEqual(again, held);
    }
  });

  it("goes to another once its holder has been silent, and not before the holder knows", async () => {
    const [one, two] = [guard("one"), guard("two")] as const;
    assert.equal(await one.keep(true), true);
    assert.equal(await two.keep(true), false);
    assert.deepEqual(two.holder, { name: "one", address: "http://one" });
    let takenAt: number | undefined;
    for (; now < 20_000 && takenAt === undefined; now += 500) if (await two.keep(true)) takenAt = now;
    assert.ok(takenAt !== undefined && takenAt <= 10_000, `${takenAt}`);
    assert.equal(one.held, false);
    assert.equal(await one.keep(true), false);
  });

  it("is given away at once by a holder that shouldn't act", async () => {
    const [one, two] = [guard("one"), guard("two")] as const;
    await one.keep(true);
    assert.equal(await one.keep(false), false);
    assert.equal(await two.keep(true), true);
    now += 2000;
    assert.equal(await one.keep(false), false);
  });
});
