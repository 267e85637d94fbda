import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeCursor, encodeCursor } from "../../../../services/trading/store/order-reader.ts";

describe("cursors of lists of orders", () => {
  it("read each cursor that they wrote, and nothing else", () => {
    const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
    fc.assert(
      fc.property(time, fc.uuid(), (ms, id) => {
        const cursor = { createdAt: new Date(ms), id };
        assert.deepEqual(decodeCursor(encodeCursor(cursor)), cursor);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => decodeCursor(text) === undefined));
  });
});
