import assert from "node:assert/strict";
import { Cluster } from "../../components/cluster/cluster.ts";
import { Database } from "../../components/data/database.ts";
import { LoadBalancer } from "../../components/edge/load-balancer.ts";
import { Network } from "../../components/network/network.ts";
import { Workload } from "../../components/workload/workload.ts";
import { isLoopback, withScheme } from "../../config/addresses.ts";
import { evaluate } from "../../engine/index.ts";
import { createProvider } from "../../local/provider/index.ts";
import { inputsOf, ofType } from "../program/graphs.ts";

describe("addresses", () => {
  it("gives a scheme to a bare name and leaves an address its own", () => {
    assert.equal(withScheme("a.example", "https"), "https://a.example");
    assert.equal(withScheme("http://127.0.0.1:9100", "https"), "http://127.0.0.1:9100");
  });

  it("knows this machine", () => {
    for (const host of ["127.0.0.1", "127.8.9.1", "localhost", "::1"]) assert.ok(isLoopback(host), host);
    for (const host of ["127.evil.example", "10.0.0.1", "db.example"]) assert.ok(!isLoopback(host), host);
  });
});

describe("bad arguments", () => {
  const region = "ap-southeast-2";
  // biome-ignore lint/suspicious/noExplicitAny: what is passed here is wrong on purpose
  const any = (value: object) => value as any;
  const bad: [string, () => unknown, string[]][] = [
    [
      "network",
      () => new Network("n", any({ region, zones: ["a", "a"], cidr: "10.0.0.0/8" })),
      ["cidr", "zones", "subnets.public", "subnets.private", "subnets.isolated"],
    ],
    [
      "workload",
      () => new Workload("Api", any({ replicas: 2, maxReplicas: 1 })),
      ["name", "replicas", "maxReplicas"],
    ],
    [
      "cluster",
      () => new Cluster("c", any({ zones: ["a"], min: 0, max: -1, version: "1.34" })),
      ["min", "max", "zones", "version", "clusterName"],
    ],
    [
      "database",
      () =>
        new Database("d", any({ instanceClass: "db.odd.one", storage: 5, maxStorage: 1, database: "My DB" })),
      ["storage", "maxStorage", "database", "maxConnections"],
    ],
    ["load balancer", () => new LoadBalancer("l", any({ routes: [] })), ["routes"]],
    [
      "route",
      () => new LoadBalancer("l", any({ routes: [{ service: "a", paths: ["no-slash"] }] })),
      ["routes[0].paths"],
    ],
  ];
  for (const [what, make, paths] of bad) {
    it(`are all named at once: ${what}`, () => {
      assert.throws(make, (error: Error & { errors?: { propertyPath: string; reason: string }[] }) => {
        assert.deepEqual(
          error.errors?.map(({ propertyPath }) => propertyPath),
          paths,
        );
        for (const { reason } of error.errors ?? [])
          assert.match(error.message, new RegExp(`expected|${reason}`));
        return true;
      });
    });
  }
});

describe("transforms", () => {
  it("reach a child's arguments and options", async () => {
    const directory = new URL("programs/transforms", import.meta.url).pathname;
    const scope = { project: "transforms", stack: "test", config: {} };
    const graph = await evaluate({ ...scope, directory, main: "index.ts", provider: createProvider() });
    assert.equal(inputsOf(graph, "aws:s3/bucket:Bucket").forceDestroy, true);
    assert.equal(ofType(graph, "aws:s3/bucketVersioning:BucketVersioning")[0]?.options.protect, true);
    assert.equal(inputsOf(graph, "kubernetes:core/v1:Service").metadata.annotations.changed, "yes");
    assert.equal(inputsOf(graph, "kubernetes:core/v1:Service").metadata.name, "api");
  });
});
