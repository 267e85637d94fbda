import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { onStage, type Stage, signIn } from "./support/browser.ts";
import { type QuotesTap, tapQuotes } from "./support/quotes-tap.ts";

describe("what is live in the page", () => {
  let stage: Stage;
  let page: Page;
  onStage((started) => {
    stage = started;
  });
  beforeEach(() => stage.api.reset());
  afterEach(() => assert.deepEqual(stage?.complaints ?? [], [], "what the browser complained of"));

  describe("its quotes", () => {
    let tap: QuotesTap;
    beforeEach(async () => {
      page = await stage.open();
      tap = await tapQuotes(page);
      await signIn(page);
      await badge("live").waitFor();
    });

    const badge = (text: string) => page.getByRole("contentinfo").getByText(text, { exact: true });
    const notice = () => page.getByText("Quotes are late.");
    const dimmed = () => page.locator(".watch.not-live");

    /** Nothing more comes, and each price is the newest that came; two decimals have room for a third. */
    const pricesAreRight = async () => {
      tap.passes = () => false;
      assert.ok(tap.prices.size > 30);
      for (const [symbol, price] of tap.prices) {
        const row = page.getByLabel("Shares", { exact: true }).getByRole("row", { name: `${symbol} ` });
        await row
          .locator(".last")
          .filter({ hasText: new RegExp(`^${price.replace(".", "\\.")}0?$`) })
          .waitFor();
      }
    };

    it("are late when nothing comes while the connection stays, and live when something does", async () => {
      tap.passes = () => false;
      await notice().waitFor();
      await badge("late").waitFor();
      await dimmed().waitFor();
      tap.passes = () => true;
      await badge("live").waitFor();
      await notice().waitFor({ state: "detached" });
      await dimmed().waitFor({ state: "detached" });
      assert.equal(tap.sockets, 1);
    });

    it("are late when the server says no more than that its own quotes have stopped", async () => {
      tap.halt();
      await notice().waitFor({ timeout: 3000 });
      await badge("late").waitFor();
      tap.passes = () => true;
      await badge("live").waitFor();
      await notice().waitFor({ state: "detached" });
      assert.equal(tap.sockets, 1);
    });

    it("are asked for again where an update was lost, and right afterwards", async () => {
      const again = Promise.withResolvers<string[]>();
      const closed = Promise.withResolvers<void>();
      let [lost, asked] = [false, false];
      tap.onAsked = (symbols) => {
        asked = true;
        again.resolve(symbols);
      };
      tap.passes = ({ type, quotes = [] }) => {
        const isOfShare = quotes.some(({ symbol }) => symbol === "BHP");
        if (type === "update" && isOfShare && !lost) {
          lost = true;
          return false;
        }
        if (type === "snapshot" && isOfShare && asked) closed.resolve();
        return true;
      };
      assert.ok((await again.promise).includes("BHP"));
      await closed.promise;
      await pricesAreRight();
      assert.equal(tap.sockets, 1);
    });
  });

  describe("the market's clock", () => {
    const market = () => page.getByLabel("Market", { exact: true });
    const shows = (badge: string, countdown: RegExp, clock: RegExp) =>
      market()
        .filter({ has: page.getByText(new RegExp(`^. ${badge}$`)) })
        .filter({ hasText: countdown })
        .filter({ hasText: clock })
        .waitFor();

    /** The exchange's clock goes on from a time once it is asked; the page's own is wrong, on a machine that is not in Sydney. */
    const at = async (iso: string) => {
      const from = Date.parse(iso);
      let since: number | undefined;
      stage.api.exchange.now = () => {
        since ??= performance.now();
        return from + performance.now() - since;
      };
      await page.clock.setSystemTime(from + 7 * 60_000);
      await page.reload();
    };

    beforeEach(async () => {
      stage.api.exchange.hours = "asx";
      stage.issuer.lifetimeS = 1000 * 86_400;
      page = await stage.open("/portfolio", { timezoneId: "America/New_York" });
      await page.clock.install({ time: "2026-10-01T00:00:00Z" });
      await page.reload();
      await signIn(page);
    });
    afterEach(() => {
      stage.issuer.lifetimeS = 3600;
    });

    it("counts down to the opening and the close, over nights, weekends and daylight saving", async () => {
      const cases: [iso: string, badge: string, countdown: RegExp, clock: RegExp][] = [
        ["2026-10-01T23:30:10Z", "Closed", /opens in 29 min \d\d s/, /09:30:\d\d Sydney/],
        ["2026-10-02T05:00:10Z", "Open", /closes in 59 min \d\d s/, /15:00:\d\d Sydney/],
        ["2026-10-01T06:30:10Z", "Closed", /opens in 17 h 29 min/, /16:30:\d\d Sydney/],
        // An ordinary weekend, and those over which daylight saving begins and ends.
        ["2026-10-16T05:30:10Z", "Closed", /opens in 2 d 17 h/, /16:30:\d\d Sydney/],
        ["2026-10-02T06:30:10Z", "Closed", /opens in 2 d 16 h/, /16:30:\d\d Sydney/],
        ["2028-03-31T05:30:10Z", "Closed", /opens in 2 d 18 h/, /16:30:\d\d Sydney/],
        ["2026-10-17T01:00:10Z", "Closed", /opens in 45 h 59 min/, /12:00:\d\d Sydney/],
      ];
      for (const [iso, ...shown] of cases) {
        await at(iso);
        await shows(...shown);
      }
    }).timeout(90_000);

    it("opens and closes at that moment, by itself", async () => {
      await at("2026-10-18T22:59:55Z");
      await shows("Closed", /opens in \d s/, /09:59:5\d/);
      await shows("Open", /closes in (?:6 h 00|5 h 59) min/, /10:00:\d\d/);
      await at("2026-10-19T04:59:55Z");
      await shows("Open", /closes in \d s/, /15:59:5\d/);
      await shows("Closed", /opens in (?:18 h 00|17 h 59) min/, /16:00:\d\d/);
    });

    it("is put forward and back with Sydney's clocks", async () => {
      await at("2026-10-03T15:59:56Z");
      await market()
        .getByText(/^01:59:5\d/)
        .waitFor();
      await market()
        .getByText(/^03:00:0\d/)
        .waitFor();
      await at("2028-04-01T15:59:56Z");
      await market()
        .getByText(/^02:59:5\d/)
        .waitFor();
      await market()
        .getByText(/^02:00:0\d/)
        .waitFor();
    });
  });
});
