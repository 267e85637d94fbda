import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { priceText, SimulatedMarket, tickAt } from "../../../services/market/index.ts";
import { onStage, type Stage, signIn, TRADER } from "./support/browser.ts";

describe("the page when something is wrong", () => {
  let stage: Stage;
  let page: Page;
  onStage((started) => {
    stage = started;
  });
  beforeEach(async () => {
    stage.api.reset();
    stage.issuer.user = TRADER;
    stage.complaints.length = 0;
    stage.api.exchange.deposit(100_000_00n);
    page = await stage.open();
    await signIn(page);
  });

  const fault = (match: RegExp, answer: number | "drop", more: object = {}) => {
    const one = { match, answer, times: Number.POSITIVE_INFINITY, ...more };
    stage.api.faults.push(one);
    return one;
  };
  const gone = (text: string | RegExp) =>
    page.getByText(text).first().waitFor({ state: "detached", timeout: 30_000 });
  const latest = () => page.getByLabel("Latest orders").locator("tbody tr").first();
  const buy = async (limit?: string) => {
    await page.getByLabel("Quantity").fill("10");
    await page.getByRole("radio", { name: limit ? "Limit" : "Market" }).click();
    if (limit) await page.getByLabel("Limit price (A$)").fill(limit);
    await page.getByRole("button", { name: "Buy BHP" }).click();
    await page.getByRole("button", { name: "Place buy order" }).click();
  };

  it("says that the server does not answer, and recovers by itself", async () => {
    for (const answer of ["drop", 503] as const) {
      const one = fault(/api/, answer);
      await page.getByText("The server does not answer.").waitFor();
      one.times = 0;
      await gone("The server does not answer.");
    }
  });

  it("says that it is offline, and recovers by itself", async () => {
    await page.context().setOffline(true);
    await page.getByText("You are offline.").waitFor();
    await page.context().setOffline(false);
    await gone("You are offline.");
  });

  it("connects its quotes again after their pod is gone, and misses no update", async () => {
    const bar = page.getByRole("contentinfo");
    await bar.getByText("live").waitFor();
    stage.api.streams = false;
    for (const socket of stage.api.sockets) socket.destroy();
    await page.getByText("Live quotes are interrupted.").waitFor();
    stage.api.streams = true;
    await bar.getByText("live").waitFor({ timeout: 30_000 });
    await gone("Live quotes are interrupted.");
    // The page's price is the market's own of one of the ticks while it was read.
    const market = new SimulatedMarket();
    const cell = page
      .getByLabel("Shares", { exact: true })
      .getByRole("row", { name: /^CSL/ })
      .locator(".last");
    for (let i = 0; i < 5; i += 1) {
      const from = tickAt(Date.now()) - 10;
      const shown = (await cell.innerText()).trim().slice(0, 6);
      const ticks = Array.from({ length: tickAt(Date.now()) - from + 1 }, (_, at) => from + at);
      const real = ticks.map((tick) => priceText(market.quote("CSL", tick)?.last ?? 0));
      assert.ok(real.includes(shown), `${shown} is none of ${[...new Set(real)]}`);
      await sleep(300);
    }
  });

  it("sends an order again when the service is busy or the user too quick, and says so", async () => {
    const one = fault(/POST \/api\/orders/, 503, { retryAfterS: 1, detail: "Too much to do." });
    await buy();
    await page.getByText(/Buy 10 BHP at market: no answer yet.*busy or away/).waitFor();
    one.answer = 429;
    await page.getByText(/Buy 10 BHP at market: no answer yet.*Too many requests/).waitFor();
    one.times = 0;
    await latest().getByText("filled", { exact: true }).waitFor();
    await gone(/no answer yet/);
    assert.equal(stage.api.exchange.orders.length, 1);
  });

  it("says why an order can't be cancelled any more", async () => {
    await buy("30.00");
    await latest().getByText("open", { exact: true }).waitFor();
    fault(/POST .*\/cancel/, 409, { detail: "The order is filled already." });
    await latest()
      .getByRole("button", { name: /Cancel/ })
      .click();
    await page.getByRole("button", { name: "Cancel the order", exact: true }).click();
    await page.getByText("That is no longer possible.").waitFor();
    await page.getByText("The order is filled already.").waitFor();
  });

  it("promises no other try of what it does only once: a cancel while the service is busy", async () => {
    await buy("30.00");
    await latest().getByText("open", { exact: true }).waitFor();
    const one = fault(/POST .*\/cancel/, 503, { retryAfterS: 1, detail: "Too much to do." });
    const cancel = async () => {
      await latest()
        .getByRole("button", { name: /Cancel/ })
        .click();
      await page.getByRole("button", { name: "Cancel the order", exact: true }).click();
    };
    await cancel();
    await page.getByText("Too much to do. Try again in 1 s.").waitFor();
    one.times = 0;
    await cancel();
    await latest().getByText("cancelled", { exact: true }).waitFor();
  });

  it("says what failed in the place of what it can't show, with a way to try now", async () => {
    const one = fault(/GET \/api\/analyze/, 400, { detail: "The cursor is not valid." });
    await page.getByRole("link", { name: "News", exact: true }).click();
    await page.getByText("The cursor is not valid.").waitFor();
    one.times = 0;
    await page.getByRole("button", { name: "Try now" }).click();
    await page.getByText("Nothing was analysed yet").waitFor();
  });

  it("analyses a headline, with its label, bars and model, and filters the history", async () => {
    await page.getByRole("link", { name: "News", exact: true }).click();
    const form = page.getByLabel("Analyse", { exact: true });
    await form.getByLabel("Headline or article").fill("BHP lifts profit");
    await form.getByLabel("About").selectOption("BHP");
    await form.getByRole("button", { name: "Analyse" }).click();
    await form.getByText("positive 87%").waitFor();
    await form.getByText(/Model 1\.0\.0/).waitFor();
    assert.equal(await form.locator("meter").count(), 3);
    const before = page.getByLabel("Analysed before");
    await before.getByText("BHP lifts profit").waitFor();
    await before.getByLabel("Label").selectOption("negative");
    await before.getByText("Nothing is like this").waitFor();
    await page.getByRole("link", { name: "Trade", exact: true }).click();
    await page.getByRole("tab", { name: "News of BHP" }).click();
    await page.getByText("BHP lifts profit").waitFor();
  });

  it("loads a part of itself that did not come, its script and its style, once the network is back", async () => {
    page = await stage.open();
    const lost: string[] = [];
    const again = Promise.withResolvers<void>();
    await page.route(/\/assets\/(?:Chart|uPlot)/, async (route) => {
      lost.push(new URL(route.request().url()).pathname);
      await route.abort();
      const twice = lost.filter((path, i) => lost.indexOf(path) < i);
      if (twice.length > 0) again.resolve();
    });
    await signIn(page);
    await page.getByLabel("Loading the chart").waitFor();
    await again.promise;
    assert.ok(
      lost.some((path) => path.endsWith(".js")) && lost.some((path) => path.endsWith(".css")),
      lost.join(),
    );
    await page.unroute(/\/assets\/(?:Chart|uPlot)/);
    const chart = page.getByRole("img", { name: /^BHP: / });
    await chart.locator("canvas").waitFor();
    const position = await chart
      .locator(".u-over")
      .evaluate((element) => element.ownerDocument.defaultView?.getComputedStyle(element).position);
    assert.equal(position, "absolute");
    assert.deepEqual(stage.complaints, []);
  });

  it("says that the sign-in has ended where a new token is refused, and goes on with a good one", async () => {
    const one = fault(/GET \/api\/analyze/, 401);
    await page.getByRole("link", { name: "News", exact: true }).click();
    await page.getByText("Your sign-in has ended").waitFor();
    one.times = 0;
    await page.getByRole("button", { name: "Try now" }).click();
    await page.getByText("Nothing was analysed yet").waitFor();
  });

  it("runs no script that was injected: the policy blocks it", async () => {
    const ran = await page.evaluate(`(async () => {
      const attempts = [
        () => { const s = document.createElement("script"); s.append("window.hit = 1"); document.body.append(s); },
        () => { document.body.innerHTML += "<img src=x onerror='window.hit = 1'>"; },
        () => { document.body.setAttribute("onclick", "window.hit = 1"); document.body.click(); },
        () => { const s = document.createElement("script"); s.src = "https://elsewhere.example/x.js"; document.body.append(s); },
        () => { eval("window.hit = 1"); },
      ];
      let blocked = 0;
      document.addEventListener("securitypolicyviolation", () => { blocked += 1; });
      // Not from here: what a debugger evaluates is allowed more than what a page runs.
      for (const attempt of attempts) setTimeout(attempt);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { hit: window.hit, blocked };
    })()`);
    stage.complaints.length = 0;
    const { hit, blocked } = ran as { hit: unknown; blocked: number };
    assert.equal(hit, undefined);
    assert.ok(blocked >= 4, `${blocked} of 5 were reported`);
  });
});
