import assert from "node:assert/strict";
import { Cluster } from "../../components/cluster/index.ts";
import { Database } from "../../components/data/index.ts";
import { LoadBalancer } from "../../components/edge/index.ts";
import { Network } from "../../components/network/index.ts";
import { Workload } from "../../components/workload/index.ts";
import { evaluate } from "../../engine/index.ts";
import { createProvider } from "../../local/provider/index.ts";
import { inputsOf, ofType } from "../program/graphs.ts";

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
    const scope = { project: "transforms", stack: "test", config: {}, typescript: false };
    const graph = await evaluate({ ...scope, directory, main: "index.ts", provider: createProvider() });
    assert.equal(inputsOf(graph, "aws:s3/bucket:Bucket").forceDestroy, true);
    assert.equal(ofType(graph, "aws:s3/bucketVersioning:BucketVersioning")[0]?.options.protect, true);
    assert.equal(inputsOf(graph, "kubernetes:core/v1:Service").metadata.annotations.changed, "yes");
    assert.equal(inputsOf(graph, "kubernetes:core/v1:Service").metadata.name, "api");
  });
});
