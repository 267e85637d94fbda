import assert from "node:assert/strict";
import { quantity } from "../../../../local/pods/spec/quantity.ts";

describe("quantities", () => {
  it("are read as Kubernetes writes them", () => {
    const cases: [string | number, number][] = [
      ["128Mi", 134_217_728],
      ["1Gi", 2 ** 30],
      ["1.5", 1.5],
      ["250m", 0.25],
      ["1e3", 1000],
      ["2k", 2000],
      [0.5, 0.5],
      ["1E", 1e18],
      ["1Ei", 2 ** 60],
    ];
    for (const [text, value] of cases) assert.equal(quantity(text), value);
    for (const wrong of ["", "Mi", "12 Mi", "1Mb", "1.2.3"])
      assert.throws(() => quantity(wrong), /is no quantity/);
  });
});
