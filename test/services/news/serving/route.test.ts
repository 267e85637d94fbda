import assert from "node:assert/strict";
import fc from "fast-check";
import { parseDeployment, versionsOf } from "../../../../services/news/serving/deployment.ts";
import { placeOf, routeOf } from "../../../../services/news/serving/route.ts";

const all = () => true;
const users = (count: number) => Array.from({ length: count }, (_, i) => `9b1d${i}-user`);

describe("routes of users to model versions", () => {
  it("place users evenly, and each at the same place always", () => {
    const counts = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (const user of users(20_000)) {
      const bin = Math.floor(placeOf(user) / 10);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    for (const count of counts) assert.ok(count > 1850 && count < 2150, String(counts));
    // Recorded: another hash would send users to another version than before.
    assert.equal(placeOf("alice").toFixed(6), "17.126505");
  });

  it("keep who is in a canary while its share grows", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 49 }), (user, share) => {
        const variant = (of: number) =>
          routeOf({ candidate: { version: "2", mode: "canary", share: of } }, "1", user, all).variant;
        return variant(share) !== "canary" || variant(share + 1) === "canary";
      }),
    );
  });

  it("give each part of a split its weight", () => {
    const split = [
      { version: "1", weight: 60 },
      { version: "2", weight: 30 },
      { version: "3", weight: 10 },
    ];
    const counts: Record<string, number> = {};
    for (const user of users(10_000)) {
      const { version, variant } = routeOf({ split }, "1", user, all);
      assert.equal(variant, "split");
      counts[version] = (counts[version] ?? 0) + 1;
    }
    for (const { version, weight } of split)
      assert.ok(Math.abs((counts[version] ?? 0) / 100 - weight) < 2, JSON.stringify(counts));
  });

  it("never lead to a version that can't answer", () => {
    const halves = ["1", "2"].map((version) => ({ version, weight: 50 }));
    const Version = fc.constantFrom("1", "2", "3");
    const split = fc.option(fc.constant(halves), { nil: undefined });
    const candidate = fc.option(
      fc.record({
        version: Version,
        mode: fc.constantFrom("canary" as const, "shadow" as const),
        share: fc.integer({ min: 1, max: 50 }),
      }),
      { nil: undefined },
    );
    fc.assert(
      fc.property(fc.string(), fc.subarray(["2", "3"]), split, candidate, (user, ready, parts, one) => {
        const can = (version: string) => version === "1" || ready.includes(version);
        const route = routeOf(
          { ...(parts && { split: parts }), ...(one && { candidate: one }) },
          "1",
          user,
          can,
        );
        assert.ok(can(route.version));
        assert.ok(route.shadow === undefined || (can(route.shadow) && route.version === "1"));
      }),
    );
  });
});

describe("the deployment document", () => {
  const good = { schema: 1, revision: 3, at: "2026-11-29T05:00:00Z", by: "ops", current: "1.0.0" };
  const problem = (change: object) => {
    try {
      parseDeployment(JSON.stringify({ ...good, ...change }));
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };

  it("names each field that is wrong", () => {
    assert.equal(problem({ previous: "0.9.0" }), "");
    assert.match(problem({ current: "../x" }), /current: must be letters/);
    assert.match(problem({ previous: "1.0.0" }), /previous: is the current version/);
    assert.match(problem({ unknown: 1 }), /unknown/i);
    const candidate = { version: "2.0.0", mode: "canary", share: 60 };
    assert.match(problem({ candidate }), /candidate.share/);
    const parts = (...weights: number[]) =>
      weights.map((weight, i) => ({ version: i === 0 ? "1.0.0" : `2.${i}`, weight }));
    assert.equal(problem({ split: parts(90, 10) }), "");
    assert.match(problem({ split: parts(90, 20) }), /110 together, not 100/);
    assert.match(problem({ split: parts(90, 10), candidate: { ...candidate, share: 5 } }), /during a split/);
    assert.match(problem({ current: "1.1.0", split: parts(90, 10) }), /lacks the current version/);
    assert.throws(() => parseDeployment("{"), /not valid JSON/);
  });

  it("needs its versions loaded, the current one first", () => {
    const split = [
      { version: "2", weight: 50 },
      { version: "1", weight: 50 },
    ];
    const document = parseDeployment(JSON.stringify({ ...good, current: "1", previous: "0", split }));
    assert.deepEqual(versionsOf(document), ["1", "0", "2"]);
  });
});
