import assert from "node:assert/strict";
import { graphOf } from "../program/graphs.ts";
import { problemsOf } from "./judge.ts";
import { ALONE } from "./mutations-alone.ts";
import { CI, DEV, PROD } from "./mutations-together.ts";
import { objectsOf } from "./objects.ts";

describe("a mutation of the Kubernetes objects", () => {
  for (const [stack, cases] of [
    ["dev", [...ALONE, ...DEV]],
    ["ci", CI],
    ["prod", PROD],
  ] as const) {
    for (const [what, name, mutate, problem] of cases) {
      it(`that is ${what} is reported`, async () => {
        const objects = objectsOf(await graphOf(stack));
        const found = objects.find((one) => `${one.kind} ${one.metadata.name}` === name);
        assert.ok(found, `${stack} has no ${name}`);
        mutate(found, objects);
        const problems = await problemsOf(objects);
        assert.match(problems.join("\n"), problem);
      });
    }
  }
});
