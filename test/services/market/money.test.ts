import assert from "node:assert/strict";
import { Decimal } from "decimal.js";
import fc from "fast-check";
import {
  amountOf,
  divideHalfUp,
  formatDecimal,
  parseDecimal,
  scaleOf,
} from "../../../services/market/money.ts";

const units = fc.bigInt({ min: 0n, max: 10n ** 17n - 1n });
const scale = fc.integer({ min: 0, max: 4 });

describe("money", () => {
  it("reads what it writes, in every scale", () => {
    fc.assert(
      fc.property(units, scale, (value, digits) => {
        const text = formatDecimal(value, digits);
        assert.equal(parseDecimal(text, digits), value);
        assert.equal(text, new Decimal(value.toString()).div(new Decimal(10).pow(digits)).toFixed(digits));
        assert.equal(formatDecimal(-value, digits), value === 0n ? text : `-${text}`);
      }),
    );
  });

  it("refuses what isn't a plain decimal or has more digits than the scale", () => {
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
      "1.000",
      "１",
      "1\n",
    ];
    for (const text of bad) assert.equal(parseDecimal(text, 2), undefined, JSON.stringify(text));
    assert.equal(parseDecimal("1.5", 0), undefined);
    assert.equal(parseDecimal("123456789012345678", 2), undefined);
    fc.assert(
      fc.property(fc.string(), (text) => {
        const value = parseDecimal(text, 3);
        assert.ok(value === undefined || new Decimal(text).mul(1000).eq(value.toString()));
      }),
    );
  });

  it("rounds price × quantity half up to the cent", () => {
    const price = fc.bigInt({ min: 0n, max: 999_999_999n });
    fc.assert(
      fc.property(price, fc.integer({ min: 0, max: 999_999_999 }), (mills, quantity) => {
        const exact = new Decimal(mills.toString()).mul(quantity).div(10);
        const expected = exact.toDecimalPlaces(0, Decimal.ROUND_HALF_UP);
        assert.equal(amountOf(mills, quantity).toString(), expected.toFixed());
      }),
    );
  });

  it("divides half up on both sides of nothing", () => {
    const whole = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
    fc.assert(
      fc.property(whole, fc.bigInt({ min: 1n, max: 10n ** 9n }), (numerator, denominator) => {
        const rest = 2n * (numerator - divideHalfUp(numerator, denominator) * denominator);
        assert.ok(-denominator <= rest && rest < denominator);
      }),
    );
    assert.deepEqual([divideHalfUp(5n, 2n), divideHalfUp(-5n, 2n)], [3n, -2n]);
  });

  it("knows the digits of each currency", () => {
    const known = ["AUD", "JPY", "KWD", "USD", "aud", "XXX", ""].map(scaleOf);
    assert.deepEqual(known, [2, 0, 3, 2, undefined, undefined, undefined]);
  });
});
