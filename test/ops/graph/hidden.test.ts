import assert from "node:assert/strict";
import type { Graph, Resource } from "../../../engine/index.ts";
import { hiddenResources } from "../../../ops/graph/hidden.ts";
import { planJson, renderPlan } from "../../../ops/graph/plan-view.ts";
import { resource } from "../../policies/pack.ts";

const graph = (...resources: Resource[]): Graph => ({
  project: "bank",
  stack: "test",
  resources,
  outputs: {},
});

describe("resources that a plan can't look into", () => {
  const named = (type: string, name: string, inputs = {}, changes: Partial<Resource> = {}) =>
    resource(type, inputs, { name, urn: `urn:pulumi:test::bank::${type}::${name}`, ...changes });
  const vpc = named("awsx:ec2:Vpc", "vpc", {}, { custom: false, remote: true });
  const release = named("kubernetes:helm.sh/v3:Release", "mesh");
  const code = named("pulumi-nodejs:dynamic:Resource", "user");
  const files = named("kubernetes:yaml/v2:ConfigGroup", "files", { files: ["*.yaml"] });
  const plain = [
    named("aws:s3/bucket:Bucket", "bucket"),
    named("trizone:data:Database", "component", {}, { custom: false }),
    named("kubernetes:yaml/v2:ConfigGroup", "objects", { objs: [{}] }),
  ];

  it("are remote components, charts, files of manifests and dynamic providers", () => {
    const found = hiddenResources(graph(vpc, release, code, files, ...plain));
    assert.deepEqual(
      found.map(({ name, hides }) => [name, hides]),
      [
        ["vpc", "the resources that its component makes"],
        ["mesh", "what is in its chart, beside the values that it is given"],
        ["user", "what the code of its dynamic provider does"],
        ["files", "what is in its files"],
      ],
    );
  });

  it("are no components whose children are in the graph", () => {
    const child = named("aws:ec2/vpc:Vpc", "child", {}, { parent: vpc.urn });
    assert.deepEqual(hiddenResources(graph(vpc, child)), []);
  });

  it("are named by the plan, for people and for programs", () => {
    const declared = { graph: graph(vpc, code, ...plain), violations: [], logged: [] };
    assert.match(
      renderPlan(declared),
      /not looked into: 2 resources.*\n {2}awsx:ec2:Vpc: the resources that its component makes \(vpc\)\n.*dynamic.*\(user\)/,
    );
    const { notLookedInto } = planJson(declared) as { notLookedInto: { name: string }[] };
    assert.deepEqual(
      notLookedInto.map(({ name }) => name),
      ["vpc", "user"],
    );
    assert.doesNotMatch(
      renderPlan({ graph: graph(...plain), violations: [], logged: [] }),
      /not looked into/,
    );
  });
});
