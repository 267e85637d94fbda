import assert from "node:assert/strict";
import type { Graph, PropertyMap } from "../../engine/index.ts";
import { afterwards } from "./ignored.ts";

function graph(inputs: PropertyMap, ignoreChanges?: string[]): Graph {
  const urn = "urn:pulumi:dev::shop::aws:s3/bucket:Bucket::bucket";
  const resource = {
    ...{ urn, type: "aws:s3/bucket:Bucket", name: "bucket", custom: true, remote: false, external: false },
    ...{ inputs, outputs: {}, dependencies: [], propertyDependencies: {}, providers: {} },
    options: { ignoreChanges },
  };
  return { project: "shop", stack: "dev", resources: [resource], outputs: {} };
}

/** The inputs after a change from one to the other. */
function changed(before: PropertyMap, after: PropertyMap, ignored?: string[]): PropertyMap | undefined {
  return afterwards(graph(before), graph(after, ignored)).resources[0]?.inputs;
}

describe("a graph after an update", () => {
  it("keeps what changes are ignored of, and takes the rest", () => {
    const before = { spec: { min: 3, max: 12 }, size: 1 };
    const after = { spec: { min: 4, max: 16 }, size: 2 };
    const kept = { spec: { min: 3, max: 16 }, size: 2 };
    assert.deepEqual(changed(before, after, ["spec.min"]), kept);
    assert.deepEqual(changed(before, after), after);
    assert.deepEqual(changed(before, after, ["size"]), { ...after, size: 1 });
  });

  it("keeps away what was not there, and brings back what was", () => {
    assert.deepEqual(changed({}, { size: 2 }, ["size"]), {});
    assert.deepEqual(changed({ size: 1 }, {}, ["size"]), { size: 1 });
  });

  it("takes new resources as they are", () => {
    const after = graph({ size: 2 }, ["size"]);
    assert.deepEqual(afterwards({ ...after, resources: [] }, after), after);
  });

  it("refuses paths that it can't read", () => {
    assert.throws(() => changed({}, {}, ["tags[0]"]), /ignoreChanges has tags\[0\]/);
  });
});
