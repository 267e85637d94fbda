import assert from "node:assert/strict";
import fc from "fast-check";
import { Rotation, WeightedRotation } from "../../../local/network/rotation.ts";

describe("rotation", () => {
  it("gives each item its turn, whatever their number", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (size, rounds) => {
        const rotation = new Rotation();
        const items = Array.from({ length: size }, (_, index) => index);
        const turns = Array.from({ length: size * rounds }, () => rotation.next(items));
        for (const item of items) assert.equal(turns.filter((one) => one === item).length, rounds);
      }),
    );
  });

  it("gives each item its weight in every run of turns", () => {
    const weights = fc.array(fc.nat(20), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 5 }), (each, rounds) => {
        const rotation = new WeightedRotation(each.map((weight, item) => ({ item, weight })));
        const total = each.reduce((sum, weight) => sum + weight, 0);
        const turns = Array.from({ length: total * rounds }, () => rotation.next());
        each.forEach((weight, item) => {
          assert.equal(turns.filter((one) => one === item).length, weight * rounds);
        });
        if (total === 0) assert.equal(rotation.next(), undefined);
      }),
    );
  });

  it("orders all by turns, so that each is as often the first", () => {
    const rotation = new Rotation();
    const orders = Array.from({ length: 9 }, () => rotation.order(["a", "b", "c"]).join(""));
    assert.deepEqual([...new Set(orders)].sort(), ["abc", "bca", "cab"]);
    assert.deepEqual(rotation.order([]), []);
  });

  it("has nobody's turn among nobody", () => {
    assert.equal(new Rotation().next([]), undefined);
  });
});
