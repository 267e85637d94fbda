import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { diffGraphs, isEmpty } from "../../ops/graph/diff.ts";
import { renderDiff, summarizeDiff } from "../../ops/graph/diff-view.ts";
import type { Recording } from "../../ops/graph/recording.ts";
import { record } from "../../ops/graph/recording.ts";
import { graphOf } from "./graphs.ts";

function recording(resources: Record<string, unknown>, outputs: unknown = {}): Recording {
  return { packages: {}, resources: resources as Recording["resources"], outputs };
}

const word = fc.constantFrom("a", "b", "name", "toString");

/** Of few words, so that two values have something in common. */
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(word, fc.constantFrom(0, 1, true, null)),
    fc.array(tie("json"), { maxLength: 4 }),
    fc.array(fc.record({ name: word, value: tie("json") }), { maxLength: 3 }),
    fc.array(fc.tuple(word, tie("json")), { maxLength: 3 }).map((all) => Object.fromEntries(all)),
  ),
}));

const pod = (containers: object[]) => recording({ pod: { inputs: { containers } } });

describe("difference of two graphs", () => {
  it("is empty for a graph and itself, and only then", () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        const [before, after] = [
          recording({ it: { inputs: [one] } }),
          recording({ it: { inputs: [other] } }),
        ];
        assert.ok(isEmpty(diffGraphs(before, structuredClone(before))));
        assert.equal(isEmpty(diffGraphs(before, after)), isDeepStrictEqual(one, other));
      }),
      { numRuns: 2000 },
    );
  });

  it("names resources that come and go", () => {
    const diff = diffGraphs(recording({ a: {}, b: {} }), recording({ b: {}, c: {} }));
    assert.deepEqual(diff, { removed: ["a"], added: ["c"], changed: {} });
    assert.equal(renderDiff(diff), "1 removed (-), 1 added (+), 0 changed (~)\n- a\n+ c");
  });

  it("compares the items of a list by their names", () => {
    const before = pod([{ name: "a", image: "x" }, { name: "b" }]);
    const after = pod([{ name: "c" }, { name: "a", image: "y" }]);
    assert.deepEqual(diffGraphs(before, after).changed.pod, [
      { path: "inputs.containers[a].image", before: "x", after: "y" },
      { path: "inputs.containers[b]", before: { name: "b" } },
      { path: "inputs.containers[c]", after: { name: "c" } },
    ]);
  });

  it("tells that only the order changed", () => {
    const [a, b] = [{ name: "a" }, { name: "b" }];
    const found = diffGraphs(pod([a, b]), pod([b, a])).changed.pod;
    assert.deepEqual(
      found?.map(({ path }) => path),
      ["inputs.containers (order)"],
    );
  });

  it("takes the names of two stacks for the same, but only as whole words", () => {
    const stacks = { before: "dev", after: "prod" };
    const diff = (one: string, other: string) =>
      diffGraphs(recording({}, { it: one }), recording({}, { it: other }), stacks);
    assert.ok(isEmpty(diff("trizone-dev/dev", "trizone-prod/prod")));
    assert.ok(isEmpty(diff("/dev/null", "/dev/null")));
    assert.ok(!isEmpty(diff("device", "prodice")));
    assert.ok(!isEmpty(diff("prod", "dev")));
  });

  it("sums up in few lines, whatever changed", () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`resource-${index}`, {}]));
    const lines = summarizeDiff(diffGraphs(recording({}), recording(many)));
    assert.equal(lines[0], "0 removed (-), 100 added (+), 0 changed (~)");
    assert.equal(lines.at(-1), "… and 92 more");
  });
});

describe("recording of a graph", () => {
  it("says where a value came from, not what was made up for it", async () => {
    const { resources } = record(await graphOf("dev"));
    const rule = resources["aws:lb/listenerRule:ListenerRule::public-web-rule"]?.inputs;
    assert.equal((rule as { listenerArn: string }).listenerArn, `\${public-https.arn}`);
  });

  it("shows no secret", async () => {
    const text = JSON.stringify(record(await graphOf("ci")));
    assert.match(text, /\[secret\]/);
    assert.doesNotMatch(text, /throw-away/);
  });
});
