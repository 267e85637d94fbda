import assert from "node:assert/strict";
import { Decimal } from "decimal.js";
import fc from "fast-check";
import { canonicalPrice, priceProblem } from "../../../services/market/price.ts";

describe("prices that clients write", () => {
  it("accept exactly the multiples of ASX's price step", () => {
    const mills = fc.integer({ min: 0, max: 12_000 });
    const property = fc.property(mills, (thousandths) => {
      const step = thousandths < 100 ? 1 : thousandths < 2000 ? 5 : 10;
      const good = thousandths > 0 && thousandths % step === 0;
      assert.equal(priceProblem((thousandths / 1000).toFixed(3)) === undefined, good);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("refuse prices that are not plain decimals", () => {
    const bad = [
      "",
      " 1",
      "1 ",
      "+1",
      "-1",
      "1e3",
      "0x1",
      "01",
      ".5",
      "1.",
      "1,5",
      "NaN",
      "Infinity",
      "1.0000",
      "1000000",
      "１",
    ];
    for (const text of bad) assert.ok(priceProblem(text), JSON.stringify(text));
    fc.assert(
      fc.property(
        fc.string(),
        (text) => priceProblem(text) !== undefined || new Decimal(text).greaterThan(0),
      ),
    );
  });

  it("give equal prices the same text", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), fc.integer({ min: 0, max: 99 }), (dollars, cents) => {
        const short = new Decimal(`${dollars}.${String(cents).padStart(2, "0")}`);
        assert.equal(canonicalPrice(short.toFixed(3)), canonicalPrice(short.toString()));
      }),
    );
  });
});
