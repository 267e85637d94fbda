import assert from "node:assert/strict";
import fc from "fast-check";
import { amountOf, formatDecimal, parseDecimal } from "../../../services/market/money.ts";
import { parsePrice, priceProblem, priceText, stepAt } from "../../../services/market/price.ts";
import { NewOrder } from "../../../services/trading/order.ts";
import { asSeries, withLast } from "../../../services/web/page/src/trade/candles.ts";
import { CSV_NAMES, csvField } from "../../../services/web/page/src/trade/csv.ts";
import {
  type Draft,
  estimateOf,
  type Means,
  orderOf,
  problemsOf,
  worstOf,
} from "../../../services/web/page/src/trade/ticket.ts";
import { axisTexts, dollars, duration, grouped, signed } from "../../../services/web/page/src/ui/format.ts";

const QUOTE = { bid: "45.09", ask: "45.10", last: "45.10" };
const RICH: Means = { quote: QUOTE, available: "999999999999.00", sellable: 999_999_999, open: true };
const draft = (changes: Partial<Draft> = {}): Draft => ({
  side: "buy",
  type: "limit",
  quantity: "100",
  limitPrice: "45.10",
  ...changes,
});

describe("the order ticket", () => {
  it("takes exactly the limit orders that the API takes", () => {
    const texts = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.integer({ min: -20, max: 90_000 }).map((mills) => String(mills / 1000)),
    );
    fc.assert(
      fc.property(
        texts,
        texts,
        fc.constantFrom("buy" as const, "sell" as const),
        (quantity, limitPrice, side) => {
          const typed = draft({ quantity, limitPrice, side });
          // What the exchange, not the API, refuses: a price far from the latest.
          const quote = { bid: limitPrice, ask: limitPrice, last: limitPrice };
          const problems = problemsOf(typed, { ...RICH, quote });
          const isTaken = NewOrder.safeParse({
            symbol: "BHP",
            side,
            type: "limit",
            quantity,
            limitPrice,
          }).success;
          assert.equal(Object.keys(problems).length === 0, isTaken, JSON.stringify(problems));
          if (isTaken) assert.ok(NewOrder.safeParse(orderOf("BHP", typed)).success);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("reserves what the API reserves: the limit, or 5 % beyond the best price", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 900_000 }),
        fc.integer({ min: 1, max: 999_999 }),
        (raw, quantity) => {
          const ask = raw - (raw % stepAt(raw));
          const quote = { bid: priceText(ask), ask: priceText(ask), last: priceText(ask) };
          const market = estimateOf(draft({ type: "market", quantity: String(quantity) }), quote);
          const worst = parsePrice(worstOf("buy", quote) ?? "") ?? 0;
          assert.equal(market?.reserved, formatDecimal(amountOf(BigInt(worst), quantity), 2));
          assert.ok(worst >= ask * 1.05 && worst - ask * 1.05 <= 2 * stepAt(worst));
          assert.equal(priceProblem(priceText(worst)), undefined);
          const limit = estimateOf(draft({ limitPrice: priceText(ask), quantity: String(quantity) }), quote);
          assert.equal(limit?.reserved, formatDecimal(amountOf(BigInt(ask), quantity), 2));
          assert.ok(
            (parseDecimal(limit?.amount ?? "", 2) ?? 0n) <= (parseDecimal(limit?.reserved ?? "", 2) ?? 0n),
          );
        },
      ),
    );
  });

  it("says whether an order would trade at once, and at which price", () => {
    assert.deepEqual(estimateOf(draft({ limitPrice: "46.00" }), QUOTE), {
      amount: "4510.00",
      reserved: "4600.00",
      immediate: true,
    });
    assert.deepEqual(estimateOf(draft({ limitPrice: "45.00" }), QUOTE), {
      amount: "4500.00",
      reserved: "4500.00",
      immediate: false,
    });
    assert.deepEqual(estimateOf(draft({ side: "sell", type: "market" }), QUOTE), {
      amount: "4509.00",
      reserved: undefined,
      immediate: true,
    });
    assert.equal(estimateOf(draft({ quantity: "" }), QUOTE), undefined);
  });

  it("knows what cash, holdings, the band and the hours allow", () => {
    const short = problemsOf(draft(), { ...RICH, available: "4509.99" });
    assert.equal(short.quantity, "May cost A$4510.00; A$4509.99 is available.");
    assert.deepEqual(problemsOf(draft(), { ...RICH, available: "4510.00" }), {});
    assert.equal(
      problemsOf(draft({ side: "sell" }), { ...RICH, sellable: 99 }).quantity,
      "You can sell 99 at most.",
    );
    assert.match(problemsOf(draft({ limitPrice: "20.00" }), RICH).limitPrice ?? "", /half the latest price/);
    assert.match(problemsOf(draft(), { ...RICH, open: false }).symbol ?? "", /closed/);
    assert.match(
      problemsOf(draft({ type: "market" }), { ...RICH, quote: undefined }).symbol ?? "",
      /no price yet/,
    );
    // What isn't known is left to the API.
    const unknown = { quote: undefined, available: undefined, sellable: undefined, open: undefined };
    assert.deepEqual(problemsOf(draft(), unknown), {});
  });
});

describe("what the page writes", () => {
  it("is a CSV file that a spreadsheet neither breaks nor runs", () => {
    assert.deepEqual(["a,b", 'a"b', "a\nb", "plain"].map(csvField), ['"a,b"', '"a""b"', '"a\nb"', "plain"]);
    for (const text of ["=1+1", "+1|cmd", "-5+cmd", "--5", "@SUM(1)", "\t=1", "＝1+1", "-"])
      assert.equal(csvField(text), `'${text}`);
    assert.equal(csvField('=HYPERLINK("x","y")'), `"'=HYPERLINK(""x"",""y"")"`);
    assert.deepEqual(["-5", "-5.00", "5.00", -5].map(csvField), ["-5", "-5.00", "5.00", "-5"]);
    assert.equal(CSV_NAMES, "line,at,kind,direction,amount,balance,transactionId,orderId,fillId\r\n");
  });

  it("groups and signs amounts without a float", () => {
    assert.equal(grouped("1234567890123456.78"), "1,234,567,890,123,456.78");
    assert.equal(dollars("-1200.50"), "−A$1,200.50");
    assert.deepEqual(["1.00", "-1.00", "0.00"].map(signed), ["+1.00", "−1.00", "0.00"]);
    assert.deepEqual([8_000, 725_000, 3_840_000, 200_000_000].map(duration), [
      "8 s",
      "12 min 05 s",
      "1 h 04 min",
      "2 d 7 h",
    ]);
  });

  it("has the latest price in its newest candle, or in a new one", () => {
    const candle = {
      time: "2026-01-05T01:00:00.000Z",
      open: "10",
      high: "11",
      low: "9",
      close: "10",
      volume: 5,
    };
    const series = asSeries([candle]);
    const at = (time: string, last: number) => withLast(series, last, Date.parse(time), 60_000);
    const same = at("2026-01-05T01:00:59.000Z", 12);
    assert.deepEqual(
      [same.times.length, same.high, same.low, same.close, same.volume],
      [1, [12], [9], [12], [5]],
    );
    const next = at("2026-01-05T01:01:00.000Z", 8);
    assert.deepEqual([next.times.length, next.open, next.close, next.volume], [2, [10, 8], [10, 8], [5, 0]]);
    assert.equal(at("2026-01-05T00:59:00.000Z", 8), series);
  });

  it("has seconds below an axis whose ticks are nearer than a minute, and days where one begins", () => {
    const at = Date.parse("2026-11-30T12:59:00Z") / 1000;
    assert.deepEqual(axisTexts([at, at + 30, at + 60]), ["23:59:00", "23:59:30", "01 Dec"]);
    assert.deepEqual(axisTexts([at, at + 60, at + 120]), ["23:59", "01 Dec", "00:01"]);
  });
});
