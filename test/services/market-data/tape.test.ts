import assert from "node:assert/strict";
import fc from "fast-check";
import { dayOf, SimulatedMarket } from "../../../services/market/simulated-market.ts";
import { Tape, type TapeEntry } from "../../../services/market-data/tape.ts";

const TICK = 17_500_000_000;
const market = new SimulatedMarket();

const entry = fc.record({
  id: fc.integer({ min: 0, max: 30 }).map(String),
  tick: fc.integer({ min: TICK, max: TICK + 20 }),
  trades: fc.dictionary(
    fc.constantFrom("BHP", "CBA"),
    fc.tuple(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 0, max: 1000 })),
  ),
});
/** One content an id, as a batch of the feed has. */
const entries = fc.uniqueArray(entry, { selector: ({ id }) => id, maxLength: 30 });

const tapeOf = (all: readonly TapeEntry[]) => {
  const tape = new Tape();
  for (const one of all) tape.add(one);
  return tape;
};
const volumeOf = (tape: Tape) =>
  ["BHP", "CBA"].map((symbol) => {
    const quote = market.quote(symbol, TICK + 30);
    assert.ok(quote);
    return tape.onto(quote).volume - quote.volume;
  });

describe("the tape of trades", () => {
  it("counts each batch once, in whatever order and however often they come", () => {
    const property = fc.property(entries, fc.array(fc.nat()), (all, order) => {
      const shuffled = [...all, ...all].sort(
        (a, b) => (order[Number(a.id)] ?? 0) - (order[Number(b.id)] ?? 0),
      );
      const expected = ["BHP", "CBA"].map((symbol) =>
        all.reduce((sum, { trades }) => sum + (trades[symbol]?.[1] ?? 0), 0),
      );
      assert.deepEqual(volumeOf(tapeOf(shuffled)), expected);
    });
    fc.assert(property);
  });

  it("takes over another's day, and keeps what that one has not heard", () => {
    const property = fc.property(entries, fc.nat(), fc.nat(), (all, one, other) => {
      fc.pre(all.length > 0);
      const [from, to] = [one % all.length, other % all.length].sort((a, b) => a - b);
      // The two have heard overlapping parts.
      const old = tapeOf(all.slice(0, to));
      const fresh = tapeOf(all.slice(from));
      fc.pre(old.state().seen.length > 0);
      fresh.adopt(old.state());
      assert.deepEqual(volumeOf(fresh), volumeOf(tapeOf(all)));
    });
    fc.assert(property);
  });

  it("begins anew with each day", () => {
    const tape = tapeOf([{ id: "1", tick: TICK, trades: { BHP: [1000, 7] } }]);
    const tomorrow = TICK + 864_000;
    assert.notEqual(dayOf(TICK), dayOf(tomorrow));
    const quote = market.quote("BHP", tomorrow);
    assert.ok(quote);
    assert.deepEqual(tape.onto(quote), quote);
    assert.ok(tape.add({ id: "2", tick: tomorrow, trades: { BHP: [1000, 1] } }));
    assert.equal(tape.onto(quote).volume, quote.volume + 1);
    assert.equal(tape.add({ id: "3", tick: TICK, trades: {} }), false);
  });

  it("has a trade made here as the latest for a second", () => {
    const tape = tapeOf([{ id: "1", tick: TICK, trades: { BHP: [1230, 1] } }]);
    const lastAt = (tick: number) => {
      const quote = market.quote("BHP", tick);
      assert.ok(quote);
      return tape.onto(quote).last;
    };
    assert.deepEqual([lastAt(TICK), lastAt(TICK + 9)], [1230, 1230]);
    assert.notEqual(lastAt(TICK + 10), 1230);
    assert.notEqual(lastAt(TICK - 1), 1230);
  });
});
