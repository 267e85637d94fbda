import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { onStage, type Stage, signIn } from "./support/browser.ts";

describe("the trade page", () => {
  let stage: Stage;
  let page: Page;
  onStage((started) => {
    stage = started;
  });
  beforeEach(async () => {
    stage.api.reset();
    page = await stage.open();
    await signIn(page);
  });
  afterEach(() => assert.deepEqual(stage?.complaints ?? [], [], "what the browser complained of"));

  const deposit = async (amount: string, shown: string) => {
    await page.getByRole("button", { name: "Deposit" }).first().click();
    await page.getByLabel("Amount (A$)").fill(amount);
    await page.getByRole("button", { name: "Pay in" }).click();
    await page.getByLabel("Order ticket").getByText(shown).waitFor();
  };
  const rich = async () => {
    stage.api.exchange.deposit(100_000_00n);
    await page.getByLabel("Order ticket").getByText("A$100,000.00").waitFor();
  };
  const fillIn = async (quantity: string, limit?: string) => {
    await page.getByLabel("Quantity").fill(quantity);
    await page.getByRole("radio", { name: limit ? "Limit" : "Market" }).click();
    if (limit) await page.getByLabel("Limit price (A$)").fill(limit);
  };
  const review = () => page.getByRole("button", { name: "Buy BHP" }).click();
  const confirm = () => page.getByRole("button", { name: "Place buy order" });
  const latest = () => page.getByLabel("Latest orders").locator("tbody tr").first();
  const status = (text: string) => latest().getByText(text, { exact: true }).waitFor();

  it("takes a newcomer from the sign-in to a filled order without a terminal", async () => {
    await page.getByText("Pay in some simulated money first").waitFor();
    await deposit("50000", "A$50,000.00");
    await fillIn("100");
    await review();
    await confirm().click();
    await status("filled");
    assert.equal(stage.api.exchange.orders.length, 1);
    await page.getByRole("tab", { name: "Holdings" }).click();
    await page
      .getByLabel("Holdings", { exact: true })
      .getByRole("row", { name: /BHP 100/ })
      .waitFor();
  });

  it("shows an order on the book, part filled, and cancelled with its reason and events", async () => {
    await rich();
    await fillIn("100", "30.00");
    await review();
    await page.getByRole("dialog").getByText("A$3,000.00").first().waitFor();
    await confirm().click();
    await status("open");
    const [order] = stage.api.exchange.orders;
    assert.ok(order);
    stage.api.exchange.fill(order, 40, "30.00");
    await status("part filled");
    await latest().getByText("40 / 100").waitFor();
    await latest()
      .getByRole("button", { name: /Cancel/ })
      .click();
    await page.getByRole("button", { name: "Cancel the order", exact: true }).click();
    await status("cancelled, part filled");
    await latest().getByText("Cancelled by the client.").waitFor();
    await latest()
      .getByRole("link", { name: /details/ })
      .click();
    const details = page.getByLabel("Order details");
    for (const text of ["Accepted and stored", "On the exchange's book", "40 filled at 30.00"]) {
      await details.getByText(text).waitFor();
    }
    await details.getByText("Cancelled. Cancelled by the client.").waitFor();
  });

  it("shows why an order was rejected, in the exchange's words", async () => {
    await rich();
    await fillIn("10", "30.00");
    await review();
    await confirm().click();
    await status("open");
    const [order] = stage.api.exchange.orders;
    if (order) stage.api.exchange.close(order, "rejected", "The exchange is closed.");
    await status("rejected");
    await latest().getByText("The exchange is closed.").waitFor();
  });

  it("checks a draft by the API's rules before anything is sent", async () => {
    const ticket = page.getByLabel("Order ticket");
    await rich();
    await fillIn("0", "45.123");
    await review();
    await ticket.getByText("Must be a whole number from 1 to 999999999.").waitFor();
    await ticket.getByText(/Must be a multiple of 0\.01, the price step at this price\./).waitFor();
    await fillIn("1000000", "45.00");
    await review();
    await ticket.getByText(/May cost A\$45000000\.00; A\$100000\.00 is available\./).waitFor();
    assert.equal(await page.evaluate("document.activeElement.getAttribute('inputmode')"), "numeric");
    await page.getByRole("radio", { name: "Sell", exact: true }).click();
    await page.getByRole("button", { name: "Sell BHP" }).click();
    await ticket.getByText("You hold none of it to sell.").waitFor();
    assert.deepEqual(stage.api.exchange.keys, []);
  });

  it("places one order for a double click, and for an answer that is lost", async () => {
    await rich();
    await fillIn("10");
    stage.api.faults.push({ match: /^POST \/api\/orders/, answer: "lost", times: 1 });
    await review();
    await confirm().dblclick();
    await status("filled");
    const { keys, orders } = stage.api.exchange;
    assert.equal(orders.length, 1);
    assert.ok(keys.length >= 2 && new Set(keys).size === 1, keys.join());
  });

  it("sends an order again after a reload, under the same key, until there is an answer", async () => {
    await rich();
    await fillIn("10");
    const fault = { match: /^POST \/api\/orders/, answer: "lost" as const, times: Number.POSITIVE_INFINITY };
    stage.api.faults.push(fault);
    await review();
    await confirm().click();
    await page.getByText(/Buy 10 BHP at market: no answer yet/).waitFor();
    await page.reload();
    await page.getByText(/Buy 10 BHP at market: no answer yet/).waitFor();
    fault.times = 0;
    await page.getByText(/no answer yet/).waitFor({ state: "detached", timeout: 20_000 });
    assert.equal(stage.api.exchange.orders.length, 1);
    assert.equal(new Set(stage.api.exchange.keys).size, 1);
  });

  it("sends an order once its token is renewed, where the API refused it, and but once", async () => {
    await rich();
    await fillIn("10");
    // A token that was refused right after it was issued would not be replaced.
    await page.evaluate("{ const now = Date.now; Date.now = () => now() + 20_000; }");
    const before = stage.issuer.renewals;
    stage.api.faults.push({ match: /^POST \/api\/orders/, answer: 401, times: 1 });
    await review();
    await confirm().click();
    await status("filled");
    assert.equal(stage.issuer.renewals, before + 1);
    await page.reload();
    await status("filled");
    assert.equal(await page.getByText(/no answer yet/).count(), 0);
    assert.equal(stage.api.exchange.orders.length, 1);
  });

  it("comes back from the sign-in to the same page with the ticket as it was", async () => {
    stage.issuer.refreshes = false;
    page = await stage.open("/trade/CBA");
    await signIn(page);
    await page.getByLabel("Quantity").fill("77");
    await page.getByLabel("Limit price (A$)").fill("161.00");
    const before = stage.issuer.signIns;
    // A token that was refused right after it was issued would not be replaced.
    await page.evaluate("{ const now = Date.now; Date.now = () => now() + 20_000; }");
    stage.issuer.expireAll();
    await page.waitForEvent("framenavigated", (frame) => frame.url().includes("/callback"));
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    stage.issuer.refreshes = true;
    assert.equal(stage.issuer.signIns, before + 1);
    assert.equal(new URL(page.url()).pathname, "/trade/CBA");
    assert.equal(await page.getByLabel("Quantity").inputValue(), "77");
    assert.equal(await page.getByLabel("Limit price (A$)").inputValue(), "161.00");
  });

  it("renews its token silently, and keeps nothing that outlives the tab", async () => {
    stage.issuer.lifetimeS = 62;
    page = await stage.open();
    await signIn(page);
    const before = stage.issuer.renewals;
    stage.issuer.lifetimeS = 3600;
    await page.waitForResponse((response) => response.url().endsWith("/token"), { timeout: 15_000 });
    assert.equal(stage.issuer.renewals, before + 1);
    const local = String(await page.evaluate("JSON.stringify({ ...localStorage })"));
    assert.doesNotMatch(local, /token|eyJ/);
    assert.deepEqual(await page.context().cookies(stage.web.url), []);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    assert.equal(
      await page.evaluate("Object.keys(sessionStorage).filter((key) => key.includes('user:')).length"),
      0,
    );
  });

  it("exports the statement as a CSV file", async () => {
    await rich();
    await page.getByRole("link", { name: "Portfolio" }).click();
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export as CSV" }).click();
    const download = await saved;
    assert.match(download.suggestedFilename(), /^trizone-AUD-\d{4}-\d\d-\d\d\.csv$/);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const [names, line] = Buffer.concat(chunks).toString().split("\r\n");
    assert.equal(names, "line,at,kind,direction,amount,balance,transactionId,orderId,fillId");
    assert.match(line ?? "", /^1,.*,deposit,credit,100000\.00,100000\.00,/);
  });
});
