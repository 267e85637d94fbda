import assert from "node:assert/strict";
import fc from "fast-check";
import { coversTheWorld } from "../../policies/shared/addresses.ts";

describe("ranges of addresses", () => {
  it("are the world by themselves or together", () => {
    for (const ranges of [
      ["0.0.0.0/0"],
      ["0.0.0.0/1", "128.0.0.0/1"],
      ["203.0.0.0/8", "204.0.0.0/8"],
      ["::/0"],
      ["2000::/3"],
      ["::/1", "8000::/1"],
      ["10.0.0.0/8", "::/0"],
      ["anywhere"],
    ]) {
      assert.equal(coversTheWorld(ranges), true, ranges.join());
    }
  });

  it("are none where they are private, or one organisation's", () => {
    for (const ranges of [
      [],
      ["203.0.113.0/24", "198.51.100.7/32", "203.0.113.9"],
      ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"],
      ["2001:db8::/32", "fd00::/8"],
      ["11.0.0.0/8"],
    ]) {
      assert.equal(coversTheWorld(ranges), false, ranges.join());
    }
  });

  it("are the world however they are split, in any order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer(), (bits, seed) => {
        const parts = Array.from(
          { length: 2 ** bits },
          (_, index) => `${index * 2 ** (8 - bits)}.0.0.0/${bits}`,
        );
        const from = Math.abs(seed) % parts.length;
        return coversTheWorld([...parts.slice(from), ...parts.slice(0, from)]);
      }),
    );
  });
});
