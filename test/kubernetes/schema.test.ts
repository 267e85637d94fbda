import assert from "node:assert/strict";
import { graphOf } from "../program/graphs.ts";
import { nameProblems } from "./names.ts";
import { objectsOf } from "./objects.ts";
import { schemaProblems } from "./schema.ts";

describe("Kubernetes objects", () => {
  for (const stack of ["dev", "prod", "ci"]) {
    it(`of ${stack} are what their kinds' schemas and Kubernetes' rules for names allow`, async () => {
      const objects = objectsOf(await graphOf(stack));
      assert.ok(objects.length > 20);
      assert.deepEqual((await Promise.all(objects.map(schemaProblems))).flat(), []);
      assert.deepEqual(objects.flatMap(nameProblems), []);
    });
  }
});
