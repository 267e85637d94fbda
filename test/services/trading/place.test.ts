import fc from "fast-check";
import { fingerprint } from "../../../services/trading/place.ts";

describe("the fingerprint of an order", () => {
  it("tell orders apart by their content only", () => {
    const order = fc.record({
      symbol: fc.constantFrom("BHP", "CBA"),
      side: fc.constantFrom("buy" as const, "sell" as const),
      type: fc.constant("limit" as const),
      quantity: fc.integer({ min: 1, max: 3 }),
      limitPrice: fc.constantFrom("1.5", "1.50", "2.00"),
    });
    const meaning = (one: { limitPrice: string }) =>
      JSON.stringify({ ...one, limitPrice: Number(one.limitPrice) });
    fc.assert(
      fc.property(
        order,
        order,
        (a, b) => fingerprint(a).equals(fingerprint(b)) === (meaning(a) === meaning(b)),
      ),
    );
  });
});
