import assert from "node:assert/strict";
import { outsideOf } from "../../../engine/config/version-range.ts";

describe("a range of Pulumi's versions", () => {
  const inside = [
    "",
    ">=3.5.0",
    ">= 3.5.0",
    "3.7.1",
    "=3.7.1 !3.7.2",
    ">3.7.0 <=3.7.1",
    "<3.0.0 || >3.7.0",
    "3.x",
    "3.7.x",
    "<4.x",
    ">2.x !=3.6.x",
    ">=3.7.1-beta",
  ];
  const outside = [
    ">=4.0.0",
    "3.7.2",
    "!3.7.1",
    ">3.7.0 <3.7.1",
    "2.x || >3.7.x",
    "<3.x",
    "<3.7.1-beta",
    "!3.x",
  ];
  it("has the versions for which all conditions of an alternative hold", () => {
    for (const range of inside) assert.equal(outsideOf(range, "3.7.1"), undefined, range);
    for (const range of outside)
      assert.match(outsideOf(range, "3.7.1") ?? "", /3\.7\.1, .* does not satisfy the version range/);
  });

  it("is refused where it can't be read", () => {
    for (const range of [">=3", "3.7", "~3.7.0", "newest", "x.1.2", "3.x.1", ">=3.05.0", ">=3.0.0,<4.0.0"]) {
      assert.match(outsideOf(range, "3.7.1") ?? "", /can't be read/, range);
    }
  });
});
