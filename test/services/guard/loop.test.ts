import assert from "node:assert/strict";
import { Guard } from "../../../services/guard/core/guard.ts";
import type { Surroundings, ZoneShift } from "../../../services/guard/core/sample.ts";
import { CALM, type Health, World, ZONES } from "./world.ts";

interface Scene {
  seconds: number;
  seed?: number;
  health?(at: number, zone: string, service: string): Partial<Health> | undefined;
  around?(at: number): Partial<Surroundings>;
  /** Whether the guard is alive; a dead one renews nothing. */
  alive?(at: number): boolean;
  /** A shift that is there from the first second on. */
  shift?: ZoneShift;
}

/** A guard whose shifts have their effect: a zone that is shifted away gets no traffic but the guard's probes. */
function play({ seconds, seed = 1, health, around, alive = () => true, shift }: Scene) {
  const guard = new Guard();
  let active: ZoneShift | undefined = shift;
  const events: { at: number; kind: string; zone: string }[] = [];
  const refusals = new Map<string, number>();
  let mostAtOnce = 0;
  const world = new World({
    seed,
    health: (at, zone, service) => {
      const given = health?.(at, zone, service);
      return active?.zone === zone ? { ...given, traffic: 0, probes: 3 } : given;
    },
    around: (at) => ({ shifts: active ? [active] : [], ...around?.(at) }),
  });
  for (let at = 0; at < seconds; at += 1) {
    if (active && active.expiresAt <= at) {
      events.push({ at, kind: "expired", zone: active.zone });
      active = undefined;
    }
    const second = world.second(at);
    if (!alive(at)) continue;
    mostAtOnce = Math.max(mostAtOnce, second.surroundings.shifts.length);
    const { action, refused } = guard.decide(second);
    if (refused && !refusals.has(refused)) refusals.set(refused, at);
    if (action.kind === "none") continue;
    events.push({ at, kind: action.kind, zone: action.zone });
    if (action.kind === "start") {
      assert.equal(active, undefined, "a second shift");
      active = { zone: action.zone, expiresAt: at + 120, own: true };
      guard.started(at, action.zone);
    }
    if (action.kind === "renew" && active) active = { ...active, expiresAt: at + 120 };
    if (action.kind === "cancel") active = undefined;
  }
  return { events, refusals, mostAtOnce, active };
}

const kinds = (events: { kind: string }[]) => events.map(({ kind }) => kind);
const sick = { errorShare: 0.05 };

describe("the guard and its own shift", function () {
  this.timeout(120_000);

  it("shifts, renews while the zone is sick, and cancels within 60 s of health", () => {
    const heals = 500;
    const { events } = play({
      seconds: 700,
      health: (at, zone) => (zone === "b" && at >= 120 && at < heals ? sick : undefined),
    });
    assert.equal(events[0]?.kind, "start");
    assert.equal(events[0]?.zone, "b");
    const last = events.at(-1);
    assert.equal(last?.kind, "cancel");
    assert.ok(last.at > heals && last.at - heals <= 60, `cancelled ${last.at - heals} s after the heal`);
    const renewals = events.slice(1, -1);
    assert.ok(renewals.length >= 3 && renewals.every(({ kind }) => kind === "renew"), kinds(events).join());
  });

  it("never has two zones away at once, and says why", () => {
    const { events, refusals, mostAtOnce } = play({
      seconds: 400,
      health: (at, zone) => ((zone === "b" && at >= 120) || (zone === "c" && at >= 200) ? sick : undefined),
    });
    assert.deepEqual(
      new Set(events.filter(({ kind }) => kind === "start").map(({ zone }) => zone)),
      new Set(["b"]),
    );
    assert.equal(mostAtOnce, 1);
    assert.ok((refusals.get("another-shift") ?? 0) > 200);
  });

  it("leaves a shift to its expiry when it dies", () => {
    const { events } = play({
      seconds: 400,
      health: (at, zone) => (zone === "b" && at >= 120 ? sick : undefined),
      alive: (at) => at < 140,
    });
    assert.deepEqual(kinds(events), ["start", "expired"]);
    assert.ok((events[1]?.at ?? 0) - (events[0]?.at ?? 0) <= 120);
  });

  it("adopts the shift of the guard before it, and cancels that in health", () => {
    const { events } = play({ seconds: 100, shift: { zone: "c", expiresAt: 110, own: true } });
    assert.deepEqual(kinds(events), ["adopt", "cancel"]);
  });

  it("adopts an operator's shift, renews it while the zone is sick, and never cancels it", () => {
    const shift = { zone: "c", expiresAt: 150, own: false };
    const well = play({ seconds: 140, shift });
    assert.deepEqual(kinds(well.events), ["adopt"]);
    const ill = play({ seconds: 140, shift, health: (_, zone) => (zone === "c" ? sick : undefined) });
    assert.deepEqual(kinds(ill.events), ["adopt", "renew"]);
  });

  it("lets a shift run out where its probes say nothing", () => {
    const { events } = play({
      seconds: 200,
      shift: { zone: "c", expiresAt: 100, own: true },
      health: (_, zone, service) => (zone === "c" && service === "probe" ? { seen: false } : sick),
    });
    assert.deepEqual(kinds(events).slice(0, 2), ["adopt", "expired"]);
  });

  it("waits after a shift's end before another, and makes no more than a day's in a day", () => {
    const { events, refusals } = play({
      seconds: 4900,
      health: (at, zone) => (zone === "b" && at % 600 < 100 && at >= 120 ? sick : undefined),
    });
    const starts = events.filter(({ kind }) => kind === "start");
    assert.equal(starts.length, 6, kinds(events).join());
    assert.ok(refusals.has("daily-cap"));
    const flips = play({
      seconds: 600,
      health: (at, zone) => (zone === "b" && at >= 120 && (at < 200 || at > 300) ? sick : undefined),
    });
    assert.ok(flips.refusals.has("cooldown"));
  });
});

describe("what keeps the guard from shifting a sick zone", () => {
  const refusalOf = (around: Partial<Surroundings>) => {
    const { events, refusals } = play({
      seconds: 200,
      health: (at, zone) => (zone === "b" && at >= 120 ? sick : undefined),
      around: () => around,
    });
    assert.deepEqual(events, []);
    return [...refusals.keys()];
  };
  const full = Object.fromEntries(ZONES.map((zone) => [zone, 0.8]));

  it("is no room in the others, or not knowing of it", () => {
    assert.deepEqual(refusalOf({ utilisation: full }), ["no-capacity"]);
    assert.deepEqual(refusalOf({ utilisation: { ...CALM.utilisation, c: undefined } }), ["capacity-unknown"]);
  });

  it("is a balancer that fails open, an unknown primary, the market's open", () => {
    assert.deepEqual(refusalOf({ failingOpen: true }), ["failing-open"]);
    assert.deepEqual(refusalOf({ failingOpen: undefined }), ["failing-open"]);
    assert.deepEqual(refusalOf({ primaryZone: undefined }), ["primary-unknown"]);
    assert.deepEqual(refusalOf({ opening: true }), ["market-opening"]);
  });
});
