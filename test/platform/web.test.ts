import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { launch, needsChromium, screenshot } from "../services/web/support/browser.ts";
import { QuotesWatch } from "../services/web/support/quotes-watch.ts";
import type { TestPlatform } from "./platform.ts";
import { shared } from "./shared.ts";
import { signIn } from "./sign-in.ts";

/** A zone that is lost is noticed, and what was under way is done elsewhere. */
const HEAL_MS = 60_000;

describe("the page on the whole platform", function () {
  this.timeout(150_000);
  let platform: TestPlatform;
  let browser: Browser;
  let page: Page;
  let quotes: QuotesWatch;
  const complaints: string[] = [];

  before(async function () {
    this.timeout(300_000);
    const chromium = needsChromium(this);
    platform = await shared();
    browser = await launch(chromium);
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(45_000);
    quotes = new QuotesWatch(page);
    page.on("console", (message) => {
      if (/Content Security Policy|Refused to/i.test(message.text())) complaints.push(message.text());
    });
    await page.goto(new URL("/trade/BHP", platform.outputs.apiUrl).href);
  });
  after(() => browser?.close());

  const latest = () => page.getByLabel("Latest orders").locator("tbody tr").first();
  const place = async (quantity: string, limit?: string) => {
    await page.getByLabel("Quantity").fill(quantity);
    await page.getByRole("radio", { name: limit ? "Limit" : "Market" }).click();
    if (limit) await page.getByLabel("Limit price (A$)").fill(limit);
    await page.getByRole("button", { name: "Buy BHP" }).click();
    await page.getByRole("button", { name: "Place buy order" }).click();
  };
  const isLive = () => page.getByRole("contentinfo").getByText("live").waitFor({ timeout: HEAL_MS });

  it("signs in at the issuer, and comes back to where it was", async () => {
    await signIn(page, "alice");
    assert.equal(new URL(page.url()).pathname, "/trade/BHP");
    await isLive();
  });

  it("takes a first deposit to a filled order", async () => {
    await page.getByRole("button", { name: "Deposit" }).first().click();
    await page.getByLabel("Amount (A$)").fill("1000000");
    await page.getByRole("button", { name: "Pay in" }).click();
    await page.getByLabel("Order ticket").getByText("A$1,000,000.00").waitFor();
    await place("100");
    await latest().getByText("filled", { exact: true }).waitFor();
    await page.getByRole("tab", { name: "Holdings" }).click();
    await page
      .getByLabel("Holdings", { exact: true })
      .getByRole("row", { name: /BHP 100/ })
      .waitFor();
    await page.getByRole("tab", { name: "Orders" }).click();
    await screenshot(page, "platform-trade");
  });

  it("cancels an order that is on the book", async () => {
    await place("10", "30.00");
    await latest().getByText("open", { exact: true }).waitFor();
    await latest()
      .getByRole("button", { name: /Cancel/ })
      .click();
    await page.getByRole("button", { name: "Cancel the order", exact: true }).click();
    await latest().getByText("cancelled", { exact: true }).waitFor();
  });

  it("has a headline analysed, and shows it beside the chart", async () => {
    await page.getByRole("link", { name: "News", exact: true }).click();
    await page.getByLabel("Headline or article").fill("BHP lifts profit and dividend");
    await page.getByLabel("About").first().selectOption("BHP");
    await page.getByRole("button", { name: "Analyse", exact: true }).click();
    await page.getByText("Model 1.0.0").first().waitFor();
    await page.getByRole("link", { name: "Trade", exact: true }).click();
    await page.getByRole("tab", { name: /News of BHP/ }).click();
    await page.getByText("BHP lifts profit and dividend").waitFor();
    await page.getByRole("tab", { name: "Orders" }).click();
  });

  it("misses no update and shows what the market is again after each pod that streams quotes was killed", async () => {
    const shown = () => page.getByRole("row", { name: /^CBA/ }).locator(".last").innerText();
    const traded = async () => {
      const headers = { authorization: `Bearer ${await platform.token()}` };
      const response = await fetch(`${platform.outputs.apiUrl}/quotes?symbols=CBA`, { headers });
      const { items } = (await response.json()) as { items: { symbol: string; last: string }[] };
      return items[0]?.last ?? "";
    };
    const { pods } = await platform.status();
    const before = quotes.connections;
    for (const { pid } of pods.filter(({ workload }) => workload === "market-data")) {
      if (pid) process.kill(pid, "SIGKILL");
      await platform.until((status) => status.pods.some((pod) => !pod.ready));
      await platform.until((status) => status.pods.every(({ ready }) => ready), HEAL_MS);
      await isLive();
      const end = Date.now() + HEAL_MS;
      // Both move: that they meet shows that the page follows the stream again.
      while (Number(await shown()) !== Number(await traded())) {
        assert.ok(Date.now() < end, "the page's price stays behind");
        await page.waitForTimeout(100);
      }
    }
    assert.ok(quotes.connections > before, "the page's own stream was among those that ended");
    await quotes.complete();
  });

  it("trades on while a zone is lost, and its quotes come back by themselves", async () => {
    await platform.trizone("zone", "kill", "b");
    try {
      for (let i = 1; i <= 5; i += 1) {
        await place(`20${i}`);
        await page
          .getByRole("row", { name: new RegExp(`20${i} / 20${i}.*filled`) })
          .first()
          .waitFor({ timeout: HEAL_MS });
      }
      await isLive();
    } finally {
      await platform.trizone("zone", "heal", "b");
    }
    await platform.until((status) => status.pods.every(({ ready }) => ready), 90_000);
    await isLive();
    assert.deepEqual(complaints, []);
  }).timeout(240_000);
});
