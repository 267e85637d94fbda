import assert from "node:assert/strict";
import fc from "fast-check";
import { budgetProblem, maxConnectionsOf, memoryOf } from "../../config/connection-budget.ts";

describe("the connection budget", () => {
  it("knows the memory of RDS's classes", () => {
    const known: [string, number | undefined][] = [
      ["db.t4g.micro", 1],
      ["db.t4g.medium", 4],
      ["db.m7g.large", 8],
      ["db.m6i.4xlarge", 64],
      ["db.r6g.xlarge", 32],
      ["db.r6gd.2xlarge", 64],
      ["db.x2g.large", 32],
      ["db.r5.2xlarge.tpc1.mem2x", undefined],
      ["db.z1d.large", undefined],
      ["db.m5.metal", undefined],
    ];
    for (const [name, memory] of known) assert.equal(memoryOf(name), memory, name);
    assert.equal(maxConnectionsOf("db.t4g.medium"), 450);
    assert.equal(maxConnectionsOf("db.r6g.xlarge"), 3604);
    assert.equal(maxConnectionsOf("db.r6g.16xlarge"), 5000);
  });

  it("is kept exactly when the pools stay under 80 %", () => {
    const pools = fc.array(
      fc.record({
        service: fc.constant("trading"),
        replicas: fc.integer({ min: 1, max: 50 }),
        size: fc.integer({ min: 1, max: 50 }),
      }),
    );
    fc.assert(
      fc.property(pools, fc.integer({ min: 1, max: 5000 }), (pools, most) => {
        const demand = pools.reduce((sum, { replicas, size }) => sum + replicas * size, 0);
        return (budgetProblem(most, pools) === undefined) === demand * 10 < most * 8;
      }),
    );
  });

  it("names its numbers", () => {
    const pools = [
      { service: "trading", replicas: 20, size: 10 },
      { service: "portfolio", replicas: 20, size: 8 },
    ];
    assert.match(
      budgetProblem(450, pools) ?? "",
      /^20 pods of trading × 10 \+ 20 pods of portfolio × 8 are 360 connections, .* 80 % of max_connections 450, 360:/,
    );
    assert.equal(budgetProblem(451, pools), undefined);
  });
});
