import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { type Counts, type Placement, place, rebalance } from "../../../../local/pods/schedule/spread.ts";

const zones = ["a", "b", "c"];
const counts = fc.record(Object.fromEntries(zones.map((zone) => [zone, fc.nat(6)])));
const live = fc.subarray(zones).map((some) => new Set(some));
const constraint = fc.record({
  maxSkew: fc.integer({ min: 1, max: 3 }),
  hard: fc.boolean(),
  domains: fc.constantFrom(zones, ["a", "b"], ["c"]),
  counts,
});
const placements = fc.record({
  zones: fc.constant(zones),
  live,
  constraints: fc.array(constraint, { maxLength: 3 }),
  load: counts,
});

/** Largest difference between two zones. */
function skew(counts: Counts, zones: readonly string[]): number {
  const all = zones.map((zone) => counts[zone] ?? 0);
  return all.length === 0 ? 0 : Math.max(...all) - Math.min(...all);
}

/** Kubernetes's rule, word for word: the pods of the zone with the new one, less the fewest of any zone that counts. */
function satisfies({ constraints }: Placement, zone: string): boolean {
  return constraints.every(
    (one) =>
      !one.hard ||
      (one.counts[zone] ?? 0) + 1 - Math.min(...one.domains.map((z) => one.counts[z] ?? 0)) <= one.maxSkew,
  );
}

describe("spread over zones", () => {
  it("places in a live zone that every hard constraint allows, and always when there is one", () => {
    fc.assert(
      fc.property(placements, (placement) => {
        const zone = place(placement);
        const possible = zones.filter((one) => placement.live.has(one) && satisfies(placement, one));
        assert.equal(zone === undefined, possible.length === 0);
        if (zone) assert.ok(possible.includes(zone));
      }),
    );
  });

  it("keeps every number of pods within maxSkew while all zones live, whatever ended before", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.constantFrom("add", ...zones), { maxLength: 60 }),
        (maxSkew, steps) => {
          const now: Record<string, number> = { a: 0, b: 0, c: 0 };
          for (const step of steps) {
            const before = skew(now, zones);
            if (step !== "add") now[step] = Math.max(0, (now[step] ?? 0) - 1);
            else {
              const zone = place({
                zones,
                live: new Set(zones),
                constraints: [{ maxSkew, hard: true, domains: zones, counts: now }],
                load: {},
              });
              assert.ok(zone, "with all zones alive there is always one");
              now[zone] = (now[zone] ?? 0) + 1;
              assert.ok(skew(now, zones) <= Math.max(before, maxSkew));
            }
          }
        },
      ),
    );
  });

  it("goes on in the survivors of a zone whose taints are honoured, as evenly as before", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), counts, fc.nat(30), (maxSkew, start, pods) => {
        const now: Record<string, number> = { ...start };
        const survivors = ["a", "b"];
        const before = skew(now, survivors);
        for (let pod = 0; pod < pods; pod++) {
          const constraints = [{ maxSkew, hard: true, domains: survivors, counts: now }];
          const zone = place({ zones, live: new Set(survivors), constraints, load: {} });
          assert.ok(zone && survivors.includes(zone));
          now[zone] = (now[zone] ?? 0) + 1;
        }
        assert.equal(now.c, start.c);
        assert.ok(skew(now, survivors) <= Math.max(before, maxSkew));
      }),
    );
  });

  it("piles no more than maxSkew on the survivors of a lost zone whose taints are ignored", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.nat(20), (maxSkew, pods) => {
        const now: Record<string, number> = { a: 0, b: 0, c: 0 };
        for (let pod = 0; pod < pods; pod++) {
          const constraints = [{ maxSkew, hard: true, domains: zones, counts: now }];
          const zone = place({ zones, live: new Set(["a", "b"]), constraints, load: {} });
          if (zone) now[zone] = (now[zone] ?? 0) + 1;
        }
        assert.deepEqual(now, {
          a: Math.min(maxSkew, Math.ceil(pods / 2)),
          b: Math.min(maxSkew, pods >> 1),
          c: 0,
        });
      }),
    );
  });

  it("is even again after moves between live zones, which never lose a pod and come to an end", () => {
    fc.assert(
      fc.property(counts, live, fc.integer({ min: 1, max: 3 }), (start, alive, maxSkew) => {
        const now: Record<string, number> = { ...start };
        const sum = () => zones.reduce((total, zone) => total + (now[zone] ?? 0), 0);
        const before = sum();
        let moves = 0;
        for (;;) {
          const move = rebalance({
            zones,
            live: alive,
            constraints: [{ maxSkew, hard: false, domains: [...alive], counts: now }],
            load: {},
          });
          if (!move) break;
          assert.ok(alive.has(move.from) && alive.has(move.to) && ++moves <= before);
          now[move.from] = (now[move.from] ?? 0) - 1;
          now[move.to] = (now[move.to] ?? 0) + 1;
        }
        assert.equal(sum(), before);
        assert.ok(skew(now, [...alive]) <= maxSkew);
      }),
    );
  });
});
