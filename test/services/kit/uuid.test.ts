import assert from "node:assert/strict";
import fc from "fast-check";
import { uuid7 } from "../../../services/kit/uuid.ts";

describe("version 7 UUIDs", () => {
  it("make ids that sort by time", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 47 }), fc.integer({ min: 1, max: 1e6 }), (now, later) => {
        const id = uuid7(now);
        assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        assert.ok(id < uuid7(now + later));
      }),
    );
  });
});
