import assert from "node:assert/strict";
import fc from "fast-check";
import { INSTRUMENTS } from "../../../services/market/instruments.ts";
import {
  floorToStep,
  nextDown,
  nextUp,
  parsePrice,
  priceText,
  stepAt,
} from "../../../services/market/price.ts";
import {
  dayOf,
  MAX_AWAY,
  MAX_MOVE,
  SimulatedMarket,
  tickAt,
} from "../../../services/market/simulated-market.ts";

const seed = fc.integer();
const tick = fc.integer({ min: 0, max: 40_000_000_000 });
const base = fc.oneof(fc.integer({ min: 1, max: 3_000_000 }), fc.integer({ min: 20, max: 2500 }));
const symbol = fc.constantFrom(...INSTRUMENTS.keys());

const onStep = (mills: number) => mills > 0 && mills % stepAt(mills) === 0;

describe("prices", () => {
  it("go up and down by one step, and are read back as they were written", () => {
    const property = fc.property(base, (mills) => {
      const price = floorToStep(mills);
      assert.ok(onStep(price) && price <= Math.max(1, mills) && nextUp(price) > mills);
      assert.equal(nextDown(nextUp(price)), price);
      assert.equal(parsePrice(priceText(price)), price);
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe("the simulated market", () => {
  it("has the same quotes for the same seed, whoever asks in whatever order", () => {
    const property = fc.property(
      seed,
      fc.array(fc.tuple(symbol, tick), { maxLength: 20 }),
      (number, asked) => {
        const one = asked.map(([name, at]) => new SimulatedMarket(number).quote(name, at));
        const market = new SimulatedMarket(number);
        const other = [...asked].reverse().map(([name, at]) => market.quote(name, at));
        assert.deepEqual(one, other.reverse());
      },
    );
    fc.assert(property, { numRuns: 50 });
  });

  it("quotes on price steps, a bid below an ask, near the base, with sizes", () => {
    const property = fc.property(seed, base, tick, (number, mills, at) => {
      const quote = new SimulatedMarket(number, new Map([["X", mills / 1000]])).quote("X", at);
      assert.ok(quote);
      const { bid, ask, last, bidSize, askSize, volume } = quote;
      assert.ok([bid, ask, last].every(onStep), JSON.stringify(quote));
      assert.ok(bid < ask);
      for (const size of [bidSize, askSize]) assert.ok(Number.isSafeInteger(size) && size > 0);
      assert.ok(Number.isSafeInteger(volume) && volume >= 0);
      const room = mills * (MAX_AWAY + 0.001) + 2 * stepAt(ask);
      for (const price of [bid, ask, last]) assert.ok(Math.abs(price - mills) <= room, JSON.stringify(quote));
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it("moves by no more than its waves do in a tick", () => {
    const property = fc.property(seed, base, tick, (number, mills, at) => {
      const market = new SimulatedMarket(number, new Map([["X", mills / 1000]]));
      const [now, next] = [market.quote("X", at), market.quote("X", at + 1)];
      assert.ok(now && next);
      const most = mills * MAX_MOVE * 1.001 + 2 * stepAt(now.ask);
      assert.ok(Math.abs(next.bid - now.bid) <= most && Math.abs(next.ask - now.ask) <= most);
      if (dayOf(at) === dayOf(at + 1)) assert.ok(next.volume >= now.volume);
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it("gives each symbol and each seed a course of its own", () => {
    const at = tickAt(Date.UTC(2026, 0, 5));
    const course = (market: SimulatedMarket, name: string) =>
      Array.from({ length: 50 }, (_, i) => market.quote(name, at + i * 100)?.bid).join();
    const market = new SimulatedMarket(1);
    const courses = [...INSTRUMENTS.keys()].map((name) => course(market, name));
    assert.equal(new Set([...courses, course(new SimulatedMarket(2), "BHP")]).size, INSTRUMENTS.size + 1);
    assert.ok(new Set(course(market, "BHP").split(",")).size > 10, "it stands still");
  });

  it("knows nothing of other symbols", () => {
    assert.equal(new SimulatedMarket().quote("NONE", 1), undefined);
  });
});
