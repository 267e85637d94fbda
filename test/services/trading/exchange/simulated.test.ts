import assert from "node:assert/strict";
import fc from "fast-check";
import { alwaysOpen, asxHours } from "../../../../services/trading/exchange/hours.ts";
import type { ExchangeOrder, Report } from "../../../../services/trading/exchange/port.ts";
import {
  SimulatedExchange,
  type SimulatedExchangeOptions,
} from "../../../../services/trading/exchange/simulated.ts";

const BID = 10_000;
const ASK = 10_020;
const SIZE = 50;

/** A market that stands still, and a clock that is moved by hand. */
function exchange(options: Partial<SimulatedExchangeOptions> = {}) {
  const reports: Report[] = [];
  const sleepers: { at: number; wake: () => void }[] = [];
  const world = { now: Date.UTC(2026, 2, 3, 1), bid: BID, ask: ASK };
  const traded = new SimulatedExchange(
    {
      market: {
        quote: (symbol, tick) => ({
          symbol,
          tick,
          bid: world.bid,
          ask: world.ask,
          bidSize: SIZE,
          askSize: SIZE,
          last: BID,
          volume: 0,
        }),
      },
      clock: {
        now: () => world.now,
        sleep: (ms) => new Promise((wake) => sleepers.push({ at: world.now + ms, wake })),
      },
      hours: alwaysOpen,
      trades: "t",
      ...options,
    },
    (group) => reports.push(...group),
  );
  const advance = async (ms: number) => {
    world.now += ms;
    for (const { wake } of sleepers.splice(0)) wake();
    await new Promise(setImmediate);
  };
  const of = (id: string) => reports.filter(({ orderId }) => orderId === id);
  return { traded, reports, world, advance, of };
}

const order = (id: string, change: Partial<ExchangeOrder> = {}): ExchangeOrder => ({
  id,
  symbol: "BHP",
  side: "buy",
  type: "limit",
  quantity: 10,
  worst: BID,
  ...change,
});

const filled = (reports: Report[]) =>
  reports.reduce((sum, report) => sum + (report.type === "fill" ? report.fill.quantity : 0), 0);

describe("the simulated exchange", () => {
  const orders = fc.array(
    fc.record({
      side: fc.constantFrom("buy" as const, "sell" as const),
      type: fc.constantFrom("market" as const, "limit" as const, "limit" as const),
      quantity: fc.integer({ min: 1, max: 120 }),
      worst: fc.integer({ min: BID / 10 - 4, max: ASK / 10 + 4 }).map((cents) => cents * 10),
    }),
    { minLength: 1, maxLength: 30 },
  );

  it("trades what is bought as often as what is sold, never beyond an order, a limit, or the quote's size", () => {
    fc.assert(
      fc.property(orders, fc.boolean(), (all, displayedSizeOnly) => {
        const { traded, reports } = exchange({ displayedSizeOnly });
        const byId = new Map(all.map((one, i) => [`o${i}`, order(`o${i}`, one)]));
        for (const one of byId.values()) traded.submit({ ...one });
        const sides = new Map<string, string[]>();
        let withMarket = { buy: 0, sell: 0 };
        for (const [id, { side, worst, quantity }] of byId) {
          const mine = reports.filter(({ orderId }) => orderId === id);
          assert.ok(filled(mine) <= quantity);
          for (const report of mine) {
            if (report.type !== "fill") continue;
            const { price } = report.fill;
            assert.ok(side === "buy" ? price <= worst : price >= worst, "no worse than its limit");
            // Neither side gets a price that the market's quote would have beaten.
            if (!displayedSizeOnly) assert.ok(price >= BID && price <= ASK, "no trade through the quote");
            sides.set(report.fill.id, [...(sides.get(report.fill.id) ?? []), side]);
          }
        }
        for (const report of reports) {
          if (report.type !== "fill") continue;
          const both = sides.get(report.fill.id) as string[];
          if (both.length === 2) assert.deepEqual([...both].sort(), ["buy", "sell"]);
          else {
            const side = byId.get(report.orderId)?.side as "buy" | "sell";
            withMarket = { ...withMarket, [side]: withMarket[side] + report.fill.quantity };
          }
        }
        if (displayedSizeOnly) assert.ok(withMarket.buy <= SIZE && withMarket.sell <= SIZE);
      }),
      { numRuns: 300 },
    );
  });

  it("serves the better price first, and at one price who came first", () => {
    const resting = fc.array(
      fc.record({ quantity: fc.integer({ min: 1, max: 20 }), worst: fc.constantFrom(10_010, 10_000, 9_990) }),
      { minLength: 2, maxLength: 12 },
    );
    fc.assert(
      fc.property(resting, fc.integer({ min: 1, max: 100 }), (buys, quantity) => {
        // The market bids less than any client.
        const { traded, reports, world } = exchange();
        world.bid = 9_000;
        const all = buys.map((buy, i) => order(`o${i}`, buy));
        for (const one of all) traded.submit({ ...one });
        reports.length = 0;
        traded.submit(order("sale", { side: "sell", quantity, worst: 9_990 }));
        const expected = [...all].sort(
          (a, b) => b.worst - a.worst || Number(a.id.slice(1)) - Number(b.id.slice(1)),
        );
        let left = quantity;
        for (const { id, worst, quantity: wanted } of expected) {
          const mine = reports.filter((report) => report.orderId === id && report.type === "fill");
          const due = Math.min(left, wanted);
          assert.equal(filled(mine), due, id);
          for (const report of mine) assert.equal(report.type === "fill" && report.fill.price, worst);
          left -= due;
        }
      }),
      { numRuns: 300 },
    );
  });

  it("executes what rests once the quote comes to it, at its own price", async () => {
    const { traded, of, world, advance } = exchange();
    traded.submit(order("low", { worst: 9_950 }));
    await advance(100);
    assert.deepEqual(
      of("low").map(({ type }) => type),
      ["opened"],
    );
    world.ask = 9_940;
    await advance(100);
    const fill = of("low").at(-1);
    assert.ok(fill?.type === "fill" && fill.fill.price === 9_950 && fill.fill.quantity === 10);
  });

  it("gives a market order what there is, and the rest up", () => {
    const { traded, of } = exchange({ displayedSizeOnly: true });
    traded.submit(order("big", { type: "market", quantity: 80, worst: 10_500 }));
    assert.deepEqual(
      of("big").map(({ type }) => type),
      ["fill", "closed"],
    );
    assert.equal(filled(of("big")), SIZE);
    traded.submit(order("none", { type: "market", worst: 10_500 }));
    const closed = of("none")[0];
    assert.ok(closed?.type === "closed" && closed.closed === "rejected");
  });

  it("says why it refuses", () => {
    const { traded, of } = exchange();
    traded.submit(order("unknown", { symbol: "ZZZ" }));
    traded.submit(order("far", { worst: 4_000 }));
    const closed = exchange({ hours: { ...alwaysOpen, isOpen: () => false } });
    closed.traded.submit(order("closed"));
    const reasons = [...of("unknown"), ...of("far"), ...closed.of("closed")].map(
      (report) => report.type === "closed" && `${report.closed}: ${report.reason}`,
    );
    assert.deepEqual(reasons, [
      "rejected: ZZZ is not traded here.",
      "rejected: The limit is more than 50 % away from the latest price, 10.00.",
      "rejected: The exchange is closed.",
    ]);
  });

  it("takes an order once, takes it off, and lets the day's orders expire, restored ones too", async () => {
    const { traded, of, world, advance } = exchange();
    traded.submit(order("a"));
    traded.submit(order("a"));
    traded.cancel("a");
    traded.cancel("a");
    assert.deepEqual(
      of("a").map(({ type }) => type),
      ["opened", "closed"],
    );
    traded.submit(order("b"));
    const opened = of("b")[0];
    assert.ok(opened?.type === "opened");
    const after = exchange();
    after.traded.restore([{ ...order("b"), priority: opened.priority }]);
    await after.advance(100);
    assert.deepEqual(after.of("b"), []);
    await after.advance(alwaysOpen.closeAfter(world.now) - world.now);
    const expired = after.of("b")[0];
    assert.ok(expired?.type === "closed" && expired.closed === "expired");
    await advance(0);
  });

  it("expires yesterday's orders before one that comes before the first tick, whatever the clock did", () => {
    const placedAt = Date.UTC(2026, 2, 3, 1);
    const close = alwaysOpen.closeAfter(placedAt);
    // The clock may have been ahead when they came, so that their place in time is one of tomorrow.
    for (const priority of [placedAt * 1000, close * 1000 + 5]) {
      const { traded, of, world } = exchange();
      traded.restore([{ ...order("resting"), placedAt, priority }]);
      world.now = close;
      traded.submit(order("first", { side: "sell", worst: 9_000 }));
      assert.deepEqual(
        of("resting").map((report) => report.type === "closed" && report.closed),
        ["expired"],
      );
      assert.ok(of("first").every((report) => report.type !== "fill" || report.fill.price === BID));
    }
    // While the machine slept, in the middle of a run.
    const { traded, of, world } = exchange();
    traded.submit(order("asleep", { placedAt }));
    world.now = close + 1;
    traded.submit(order("late", { placedAt }));
    traded.submit(order("today", { side: "sell", worst: 9_000, placedAt: close }));
    assert.deepEqual(
      [...of("asleep"), ...of("late")].map(({ type }) => type),
      ["opened", "closed", "closed"],
    );
    assert.equal(filled(of("today")), 10);
    traded.cancel("today");
  });

  it("cancels the newer of two orders of one user that would trade with each other", () => {
    const { traded, of, world } = exchange();
    world.bid = 9_000;
    traded.submit(order("theirs", { userId: "ben", quantity: 4, worst: 10_010 }));
    traded.submit(order("older", { userId: "ana" }));
    traded.submit(order("behind", { userId: "ben", quantity: 50, worst: 9_990 }));
    traded.submit(order("newer", { side: "sell", userId: "ana", quantity: 20, worst: 9_000 }));
    assert.equal(filled(of("theirs")), 4);
    assert.equal(filled(of("newer")), 4);
    assert.equal(filled([...of("older"), ...of("behind")]), 0);
    const closed = of("newer").at(-1);
    assert.ok(closed?.type === "closed" && closed.closed === "cancelled");
    assert.match(closed.reason, /self-trade prevention/);
    // A better price of the market's is taken before one's own order; a market order stops at it, too.
    world.bid = 10_005;
    traded.submit(order("market", { side: "sell", type: "market", userId: "ana", worst: 9_000 }));
    assert.equal(filled(of("market")), 10);
    world.bid = 9_000;
    traded.submit(order("stops", { side: "sell", type: "market", userId: "ana", worst: 9_000 }));
    const [stopped, ...more] = of("stops");
    assert.ok(stopped?.type === "closed" && stopped.closed === "cancelled" && more.length === 0);
    traded.submit(order("other", { side: "sell", userId: "cat", worst: 9_000 }));
    assert.equal(filled(of("older")), 10);
  });

  it("never trades a user's order with another of theirs", () => {
    const owned = fc.array(
      fc.record({
        side: fc.constantFrom("buy" as const, "sell" as const),
        type: fc.constantFrom("market" as const, "limit" as const),
        userId: fc.constantFrom("ana", "ben", "cat"),
        quantity: fc.integer({ min: 1, max: 40 }),
        worst: fc.integer({ min: BID / 10 - 4, max: ASK / 10 + 4 }).map((cents) => cents * 10),
      }),
      { minLength: 2, maxLength: 40 },
    );
    fc.assert(
      fc.property(owned, fc.boolean(), (all, displayedSizeOnly) => {
        const { traded, reports } = exchange({ displayedSizeOnly });
        const byId = new Map(all.map((one, i) => [`o${i}`, order(`o${i}`, one)]));
        for (const one of byId.values()) traded.submit({ ...one });
        const sides = new Map<string, string>();
        for (const report of reports) {
          if (report.type !== "fill") continue;
          const user = byId.get(report.orderId)?.userId as string;
          assert.notEqual(sides.get(report.fill.id), user);
          sides.set(report.fill.id, user);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("trades when ASX does, in Sydney's time through the year", () => {
    const open = (text: string) => asxHours.isOpen(Date.parse(text));
    // Daylight saving ends on the first Sunday of April and begins on the first of October.
    assert.deepEqual([open("2026-01-15T22:59:59Z"), open("2026-01-15T23:00:00Z")], [false, true]);
    assert.deepEqual([open("2026-01-16T04:59:59Z"), open("2026-01-16T05:00:00Z")], [true, false]);
    assert.deepEqual([open("2026-07-15T23:59:59Z"), open("2026-07-16T00:00:00Z")], [false, true]);
    assert.deepEqual(
      [open("2026-04-02T23:00:00Z"), open("2026-04-05T23:30:00Z"), open("2026-04-06T00:00:00Z")],
      [true, false, true],
    );
    assert.deepEqual([open("2026-10-01T23:30:00Z"), open("2026-10-04T23:00:00Z")], [false, true]);
    // Saturday.
    assert.equal(open("2026-01-17T01:00:00Z"), false);
    assert.equal(asxHours.closeAfter(Date.parse("2026-01-16T05:00:00Z")), Date.parse("2026-01-19T05:00:00Z"));
    fc.assert(
      fc.property(
        fc.date({ min: new Date("2020-01-01"), max: new Date("2035-01-01"), noInvalidDate: true }),
        (date) => {
          const close = asxHours.closeAfter(date.getTime());
          assert.ok(close > date.getTime() && asxHours.isOpen(close - 1) && !asxHours.isOpen(close));
          const opens = asxHours.openFrom(date.getTime());
          assert.ok(opens >= date.getTime() && opens < close && asxHours.isOpen(opens));
          assert.ok(opens === date.getTime() || !asxHours.isOpen(opens - 1));
        },
      ),
    );
  });
});
