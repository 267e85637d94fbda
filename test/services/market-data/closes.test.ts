import assert from "node:assert/strict";
import { INSTRUMENTS, priceText, SimulatedMarket, tickAt } from "../../../services/market/index.ts";
import { quotesApi } from "../../../services/market-data/api.ts";
import { LatestQuotes } from "../../../services/market-data/latest-quotes.ts";
import { Tape } from "../../../services/market-data/tape.ts";

describe("GET /api/quotes/closes", () => {
  it("gives every symbol's last price before the day began, all day long", async () => {
    const market = new SimulatedMarket();
    const at = async (time: string) => {
      const ms = Date.parse(time);
      const api = quotesApi(new LatestQuotes(market, new Tape(), tickAt(ms)), market, () => ms);
      const response = await api.request("/api/quotes/closes");
      assert.equal(response.status, 200);
      return (await response.json()) as { day: string; items: { symbol: string; previousClose: string }[] };
    };
    const closes = await at("2026-01-05T14:00:00.000Z");
    assert.equal(closes.day, "2026-01-05T14:00:00.000Z");
    assert.deepEqual(
      closes.items.map(({ symbol }) => symbol),
      [...INSTRUMENTS.keys()],
    );
    const before = market.quote("BHP", tickAt(Date.parse("2026-01-05T13:59:59.900Z")));
    const bhp = closes.items.find(({ symbol }) => symbol === "BHP");
    assert.equal(bhp?.previousClose, priceText(before?.last ?? 0));
    assert.deepEqual(await at("2026-01-06T13:59:59.999Z"), closes);
    assert.notDeepEqual(await at("2026-01-06T14:00:00.000Z"), closes);
  });
});
