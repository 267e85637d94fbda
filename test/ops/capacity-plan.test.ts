import assert from "node:assert/strict";
import fc from "fast-check";
import { capacityPlan, readCosts } from "../../ops/capacity/plan.ts";

const rate = (max: number) => fc.integer({ min: 0, max });
const demand = fc.record({ orders: rate(50_000), quotes: rate(5_000_000), texts: rate(3000) });
const total = (plan: ReturnType<typeof capacityPlan>) =>
  plan.perMonth.reduce((sum, { dollars }) => sum + dollars, 0);

describe("a capacity plan", () => {
  it("has enough pods in two of three zones, as many in each, and connections that fit", () => {
    const costs = readCosts();
    fc.assert(
      fc.property(demand, (asked) => {
        const plan = capacityPlan(asked, costs);
        for (const [service, pods] of Object.entries(plan.pods)) {
          assert.equal(pods % 3, 0);
          const ms =
            asked.orders * Number(costs.perOrder[service] ?? 0) +
            asked.quotes * Number(costs.perQuote[service] ?? 0) +
            asked.texts * Number(costs.perText[service] ?? 0);
          assert.ok((pods * 2) / 3 >= ms / 1000 / costs.pod.target - 1e-6, `${pods} of ${service}`);
        }
        if (plan.database) {
          assert.ok(plan.connections < plan.database.maxConnections);
          assert.ok(plan.databaseCores <= plan.database.cores);
        }
        const shares = plan.limits.map(({ share }) => share);
        assert.deepEqual(
          shares,
          shares.toSorted((a, b) => b - a),
        );
      }),
    );
  });

  it("never needs less for more", () => {
    fc.assert(
      fc.property(demand, demand, (one, more) => {
        const both = {
          orders: one.orders + more.orders,
          quotes: one.quotes + more.quotes,
          texts: one.texts + more.texts,
        };
        const [small, large] = [capacityPlan(one), capacityPlan(both)];
        assert.ok(large.nodes >= small.nodes && large.lcu >= small.lcu);
        if (large.database) assert.ok(total(large) >= total(small));
        for (const [service, pods] of Object.entries(small.pods))
          assert.ok((large.pods[service] ?? 0) >= pods, service);
      }),
    );
  });

  it("says of every figure how it was measured", () => {
    const { perOrder, perQuote, perText, database, balancer, pod, orders, prices } = readCosts();
    for (const { how } of [perOrder, perQuote, perText, database, balancer, pod, orders, prices])
      assert.ok(how.length > 40, how);
  });
});
