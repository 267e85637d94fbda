import assert from "node:assert/strict";
import type { Graph, Resource } from "../../../engine/index.ts";
import { secret } from "../../../engine/index.ts";
import { managedResources } from "../../../local/arc/managed-resources.ts";

const zones = [
  { name: "ap-southeast-2a", id: "apse2-az1" },
  { name: "ap-southeast-2b", id: "apse2-az3" },
];

function resource(type: string, outputs: Record<string, unknown>): Resource {
  return {
    urn: `urn:pulumi:test::trizone::${type}::x`,
    type,
    name: "x",
    custom: true,
    remote: false,
    external: false,
    inputs: {},
    outputs,
    dependencies: [],
    propertyDependencies: {},
    providers: {},
    options: {},
  };
}

function graph(...resources: Resource[]): Graph {
  const cluster = { name: "stack-cluster", arn: "arn:stack-cluster" };
  return { project: "trizone", stack: "test", resources, outputs: { zones: secret(zones), cluster } };
}

const balancer = "aws:lb/loadBalancer:LoadBalancer";

describe("managed resources of a graph", () => {
  it("are the balancers and clusters that opted in, in the stack's zones", () => {
    const found = managedResources(
      graph(
        resource(balancer, { arn: "arn:1", name: "public", enableZonalShift: true }),
        resource(balancer, { arn: "arn:2", name: "off", enableZonalShift: false }),
        resource(balancer, { arn: "arn:3", name: "never said" }),
        resource("aws:eks/cluster:Cluster", {
          arn: "arn:4",
          name: "in",
          zonalShiftConfig: { enabled: true },
        }),
        resource("aws:eks/cluster:Cluster", { arn: "arn:5", name: "out" }),
        resource("aws:s3/bucket:Bucket", { arn: "arn:6", name: "bucket", enableZonalShift: true }),
      ),
    );
    assert.deepEqual(found, [
      { arn: "arn:1", name: "public", zones },
      { arn: "arn:4", name: "in", zones },
    ]);
  });

  it("count a remote cluster once, by what it answered or else by the stack's output", () => {
    const inside = resource("aws:eks/cluster:Cluster", {
      arn: "arn:4",
      name: "in",
      zonalShiftConfig: { enabled: true },
    });
    const remote = resource("eks:index:Cluster", { eksCluster: { arn: "arn:4", name: "in" } });
    assert.deepEqual(managedResources(graph(remote, inside)), [{ arn: "arn:4", name: "in", zones }]);
    const [bare] = managedResources(graph(resource("eks:index:Cluster", {})));
    assert.equal(bare?.arn, "arn:stack-cluster");
  });

  it("are none where the stack has none", () => {
    assert.deepEqual(managedResources(graph()), []);
  });
});
