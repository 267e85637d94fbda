import assert from "node:assert/strict";
import type { Graph } from "../../../engine/index.ts";
import { failureOf, leavesNoChildren, run, testProvider } from "../support.ts";

/** How TypeScript prints a function whose types it takes away; a plan shows a change where this text changes. */
const SERIALIZED = `return async function /*create*/(inputs) {
        return { id: "dynamic", outs: { shouted: inputs.text.toUpperCase() + suffix } };
    };`;

const typescript = true;

describe("a program that the SDK's own TypeScript compiles", function () {
  // The compiler checks types, of the SDK too.
  this.timeout(120_000);
  leavesNoChildren();

  describe("runs as under the CLI:", () => {
    let graph: Graph;
    before(async () => {
      graph = await run("compiled", { typescript, timeoutMs: 100_000 });
    });

    it("declared fields don't reset what the base's constructor set", () => {
      assert.deepEqual(graph.outputs.fields, { made: "by the base's constructor", size: "large" });
    });

    it("statements above an import run before the imported file", () => {
      assert.equal(graph.outputs.order, "the statement above the import");
    });

    it("an export that is read before its definition is undefined", () => {
      assert.deepEqual([graph.outputs.early, graph.outputs.late], ["not yet", "defined"]);
    });

    it("its modules are strict code", () => {
      assert.equal(graph.outputs.strict, true);
    });

    it("its tsconfig.json counts", () => {
      assert.deepEqual(graph.outputs.metadata, { size: "String", when: "Date" });
    });

    it("functions are serialised as TypeScript prints them", () => {
      const shout = graph.resources.find(({ name }) => name === "shout");
      assert.ok(String(shout?.inputs.__provider).includes(SERIALIZED), String(shout?.inputs.__provider));
    });
  });

  describe("fails as under the CLI, and says where:", () => {
    const refusals: { main: string; message: RegExp; fault?: string; details?: RegExp }[] = [
      {
        main: "types.ts",
        message:
          /failed: TSError: ⨯ Unable to compile TypeScript:\ntypes\.ts\(3,7\): error TS2322: Type 'string' is not assignable to type 'number'\.$/,
      },
      { main: "syntax.ts", message: /syntax\.ts\(3,38\): error TS1005: '\)' expected\.$/ },
      { main: "paths.ts", message: /Cannot find module '@parts\/sizes'/ },
      { main: "dynamic-import.ts", message: /Cannot find module '.*parts\/sizes\.js' imported from/ },
      {
        ...{ main: "throws.ts", fault: "throws" },
        message: /failed: TypeError: thrown deep inside \(at throws\.ts:13:9\)$/,
        details: /at deep \(.*throws\.ts:13:9\)\n\s+at Object\.throws \(.*throws\.ts:16:17\)/,
      },
      {
        ...{ main: "throws.ts", fault: "refused" },
        message: /refused \[test:index:Thing\] can't be registered: quota exceeded \(at throws\.ts:9:5\)$/,
      },
    ];
    for (const { main, message, fault = "none", details } of refusals) {
      it(fault === "none" ? main : `${main}, ${fault}`, async () => {
        const create = () => Promise.reject(new Error("quota exceeded"));
        const error = await failureOf("refused", {
          ...{ main, typescript, timeoutMs: 100_000, provider: testProvider({ create }) },
          config: { "refused:fault": fault },
        });
        assert.match(error.message, message);
        if (details) assert.match(error.details, details);
      });
    }

    it("an endless loop", async () => {
      const config = { "refused:fault": "spins" };
      const error = await failureOf("refused", { main: "throws.ts", typescript, config, timeoutMs: 30_000 });
      assert.match(error.details, /It was running:[\s\S]*at spins .*throws\.ts:18:\d+/);
    });
  });
});
