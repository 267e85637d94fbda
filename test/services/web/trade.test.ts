import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { needsChromium, type Stage, signIn, startStage } from "./support/browser.ts";

describe("the trade page", () => {
  let stage: Stage;
  let page: Page;
  before(async function () {
    this.timeout(60_000);
    stage = await startStage(needsChromium(this));
  });
  after(() => stage?.stop());
  beforeEach(async () => {
    stage.api.reset();
    page = await stage.open();
    await signIn(page);
  });

  const deposit = async (amount: string) => {
    await page.getByLabel("Your account").waitFor();
    await page.getByRole("button", { name: "Deposit" }).first().click();
    await page.getByLabel("Amount (A$)").fill(amount);
    await page.getByRole("button", { name: "Pay in" }).click();
    await page.getByLabel("Order ticket").getByText(`A$${amount}.00`).waitFor();
  };
  const fillIn = async (quantity: string, limit?: string) => {
    await page.getByLabel("Quantity").fill(quantity);
    if (limit === undefined) await page.getByRole("radio", { name: "Market" }).click();
    else await page.getByLabel("Limit price (A$)").fill(limit);
  };
  const submit = async (symbol = "BHP") => {
    await page.getByRole("button", { name: `Buy ${symbol}` }).click();
    await page.getByRole("button", { name: "Place buy order" }).click();
  };
  const firstStatus = () => page.getByLabel("Latest orders").locator("tbody tr").first().locator(".badge");

  it("takes a newcomer from the sign-in to a filled order without a terminal", async () => {
    await deposit("50000");
    await fillIn("100");
    await submit();
    await firstStatus().getByText("filled", { exact: true }).waitFor();
    assert.equal(stage.api.exchange.orders.length, 1);
    await page.getByRole("tab", { name: "Holdings" }).click();
    await page
      .getByLabel("Holdings", { exact: true })
      .getByRole("row", { name: /BHP 100/ })
      .waitFor();
    assert.deepEqual(stage.complaints, []);
  });
});
