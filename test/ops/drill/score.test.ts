import assert from "node:assert/strict";
import fc from "fast-check";
import { findScenario } from "../../../ops/drill/scenarios.ts";
import { type Bar, bars, measure, p99, type ScoreInput } from "../../../ops/drill/score.ts";
import type { Reply } from "../../../ops/drill/traffic.ts";
import type { Event } from "../../../ops/drill/watch.ts";

const ZONE = "ap-southeast-2b";
const OTHERS = ["ap-southeast-2a", "ap-southeast-2c"];
const CLEAN = { orders: 100, filled: 100, lost: [], doubled: [], unfinished: [], unbalanced: [] };
/** The measurement begins at 0, the fault at 20 s, and is healed at 50 s. */
const [FAULT, HEAL, END] = [20_000, 50_000, 80_000];

/** Ten requests a zone and second; those of the sick zone are slow between two moments. */
function traffic(slow: { from: number; to: number; ms: number }): Reply[] {
  const replies: Reply[] = [];
  for (let at = 0; at < END; at += 100) {
    for (const zone of [ZONE, ...OTHERS]) {
      const isSlow = zone === ZONE && at >= slow.from && at < slow.to;
      replies.push({
        plannedAt: at,
        ms: isSlow ? slow.ms : 20 + (at % 7),
        ok: true,
        isOrder: false,
        zones: [zone],
      });
    }
  }
  return replies;
}

/** @param diagnosed what a diagnosis said, as an event has it; by default what is right */
function input(name: string, replies: Reply[], events: Event[], diagnosed?: Partial<Event>): ScoreInput {
  const scenario = findScenario(name);
  const right = {
    at: FAULT + 9000,
    kind: "diagnosed" as const,
    zone: ZONE,
    text: `${scenario.causes?.[0]}: x`,
  };
  return {
    ...{ scenario, zone: ZONE, replies, events: [...events, { ...right, ...diagnosed }] },
    ...{ measuredFrom: 0, faultAt: FAULT, healedAt: HEAL },
  };
}

const missed = (all: Bar[]) => all.filter(({ kept }) => !kept).map(({ name }) => name);

describe("a drill's score", () => {
  const events: Event[] = [
    { at: FAULT + 4000, kind: "detected", zone: ZONE, text: "5 % errors" },
    { at: FAULT + 5000, kind: "shift", zone: ZONE, text: "" },
    { at: HEAL + 41_000, kind: "unshift", zone: ZONE, text: "" },
  ];

  it("measures from the fault to the detection, the shift, the last request there and the recovery", () => {
    const replies = traffic({ from: FAULT, to: FAULT + 6000, ms: 300 }).filter(
      ({ zones, plannedAt }) => zones[0] !== ZONE || plannedAt < FAULT + 6000 || plannedAt > HEAL,
    );
    const scored = input("gray-latency", replies, events);
    const measures = measure(scored);
    assert.equal(measures.detectSeconds, 4);
    assert.equal(measures.shiftSeconds, 5);
    assert.ok(Math.abs((measures.drainSeconds ?? 0) - 0.9) < 0.11, `${measures.drainSeconds}`);
    assert.ok((measures.recoverSeconds ?? 99) <= 6, `${measures.recoverSeconds}`);
    assert.equal(measures.unshiftSeconds, 41);
    assert.deepEqual(missed(bars(scored, measures, CLEAN)), []);
  });

  it("knows from when on pods are even again, whatever they were before the drill", () => {
    const seconds = (...spread: [Event["kind"], number][]) => {
      const seen = spread.map(([kind, at]): Event => ({ kind, at, text: "" }));
      return measure(input("zone-kill", [], seen)).evenSeconds;
    };
    assert.equal(seconds(), 0);
    assert.equal(seconds(["even", FAULT - 30_000]), 0);
    assert.equal(seconds(["uneven", FAULT + 1000], ["even", HEAL + 20_000]), 20);
    assert.equal(seconds(["even", FAULT - 30_000], ["uneven", FAULT + 1000]), undefined);
  });

  it("misses bars where nothing was shifted and latency stayed", () => {
    const scored = input("gray-latency", traffic({ from: FAULT, to: HEAL, ms: 300 }), []);
    const measures = measure(scored);
    assert.equal(measures.missedShifts, 1);
    assert.equal(measures.recoverSeconds, undefined);
    assert.ok(missed(bars(scored, measures, CLEAN)).includes("time to detect"));
    assert.ok(missed(bars(scored, measures, CLEAN)).includes("time to recover"));
  });

  it("counts a shift that nothing called for as false, also one away from another zone", () => {
    const quiet = traffic({ from: 0, to: 0, ms: 0 });
    assert.equal(measure(input("one-bad-pod", quiet, events)).falseShifts, 1);
    const elsewhere = events.map((event) => ({ ...event, zone: OTHERS[0] as string }));
    assert.equal(measure(input("gray-errors", quiet, elsewhere)).falseShifts, 1);
    assert.equal(measure(input("gray-errors", quiet, events)).falseShifts, 0);
  });

  it("takes a diagnosis for the right cause, in the right zone, only", () => {
    const replies = traffic({ from: FAULT, to: FAULT, ms: 0 });
    const barOf = (name: string, diagnosed: Partial<Event>) => {
      const scored = input(name, replies, [], diagnosed);
      return bars(scored, measure(scored), CLEAN).find((one) => one.name === "diagnosis");
    };
    assert.equal(barOf("zone-kill", { text: "dead zone: shift start" })?.kept, true);
    assert.equal(barOf("zone-kill", { text: "gray zone: shift start" })?.kept, false);
    assert.deepEqual(barOf("zone-kill", { text: "dead zone: shift", zone: OTHERS[0] as string }), {
      ...{ name: "diagnosis", limit: "dead zone", seen: `dead zone (${OTHERS[0]})`, kept: false },
    });
    assert.equal(barOf("regional", { text: "failed: the guard does not answer" })?.seen, "failed");
    assert.equal(barOf("guard-dies", {}), undefined);
  });

  it("knows how long no order was taken, whatever else was answered", () => {
    const replies = traffic({ from: 0, to: 0, ms: 0 }).map((one) => ({
      ...one,
      isOrder: one.zones[0] === ZONE && (one.plannedAt < FAULT + 2000 || one.plannedAt >= FAULT + 9000),
    }));
    const { longestStallSeconds } = measure(input("database-zone", replies, []));
    assert.ok(Math.abs(longestStallSeconds - 7.1) < 0.1, `${longestStallSeconds}`);
  });

  it("judges by the last refusal, as the first ones rest on little", () => {
    const refused = (at: number, text: string): Event => ({
      at: FAULT + at,
      kind: "refused",
      zone: ZONE,
      text,
    });
    const seen = [refused(3000, "one-pod: one pod alone is bad"), refused(9000, "no-capacity: no room")];
    const scored = input("no-capacity", traffic({ from: 0, to: 0, ms: 0 }), seen);
    assert.deepEqual(missed(bars(scored, measure(scored), CLEAN)), []);
  });

  it("takes a refusal for the right reason only", () => {
    const refusal = (text: string): Event[] => [{ at: FAULT + 3000, kind: "refused", zone: ZONE, text }];
    const judged = (text: string) => {
      const scored = input("second-zone", traffic({ from: 0, to: 0, ms: 0 }), refusal(text));
      return missed(bars(scored, measure(scored), CLEAN));
    };
    assert.deepEqual(judged("another-shift: zone a is away"), []);
    assert.deepEqual(judged("cooldown: a shift has just ended"), ["refusal"]);
  });

  it("misses a bar for each order that was lost or doubled, and for money that doesn't agree", () => {
    const scored = input("zone-kill", traffic({ from: 0, to: 0, ms: 0 }), []);
    const audit = {
      ...CLEAN,
      lost: ["a"],
      doubled: ["b"],
      unbalanced: ["demo: has 1.00, and should have 2.00"],
    };
    const names = missed(bars(scored, measure(scored), audit));
    assert.deepEqual(names, ["orders lost", "orders doubled", "cash and holdings that don't agree"]);
  });

  it("gives a percentile that is one of the values, and no smaller than 99 % of them", () => {
    fc.assert(
      fc.property(fc.array(fc.float({ min: 0, max: 1e5, noNaN: true }), { minLength: 1 }), (values) => {
        const found = p99(values.map((ms) => ({ ms })));
        assert.ok(values.includes(found));
        assert.ok(values.filter((value) => value <= found).length >= 0.99 * values.length);
      }),
    );
  });
});
