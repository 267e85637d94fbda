import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { judge } from "./support/axe.ts";
import { OPERATOR, onStage, type Stage, screenshot, signIn } from "./support/browser.ts";

const WIDTHS = {
  desktop: { width: 1440, height: 900 },
  tablet: { width: 820, height: 1180 },
  phone: { width: 390, height: 844 },
};
const PAGES = {
  trade: "/trade/BHP",
  orders: "/orders",
  order: "/orders/:id",
  portfolio: "/portfolio",
  news: "/news",
  zones: "/zones",
  drills: "/zones/drills",
  drill: "/zones/drills/:drill",
  models: "/models",
  nowhere: "/trade/NONE",
  "no-page": "/signed-out",
};

describe("how the page looks", () => {
  let stage: Stage;
  onStage((started) => {
    stage = started;
    stage.issuer.user = OPERATOR;
  });

  /** Orders in every state, holdings, news, a sick and a shifted zone, a drill with a report. */
  const furnish = () => {
    const { api } = stage;
    api.reset();
    api.exchange.deposit(250_000_00n);
    const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
    const order = (symbol: string, quantity: number, status: string, limitPrice?: string) => {
      const one = {
        id: crypto.randomUUID(),
        symbol,
        side: "buy" as const,
        type: limitPrice ? ("limit" as const) : ("market" as const),
        quantity,
        ...(limitPrice && { limitPrice }),
        status,
        createdAt: at(api.exchange.orders.length * 7),
      };
      api.exchange.orders.push(one);
      return one;
    };
    api.exchange.fill(order("BHP", 200, "open", "45.10"), 80, "45.08");
    api.exchange.fill(order("CBA", 50, "open"), 50, "164.20");
    order("CSL", 10, "open", "199.50");
    api.exchange.close(
      order("TLS", 5000, "accepted", "4.10"),
      "rejected",
      "The cash account does not have enough available.",
    );
    api.exchange.close(order("WES", 20, "open", "80.00"), "cancelled", "Cancelled by the client.");
    api.operations.faults.set("ap-southeast-2b", ["slow 300 ms"]);
    api.operations.shifts.push({
      id: "s1",
      zone: "ap-southeast-2c",
      status: "ACTIVE",
      comment: "Maintenance of a rack",
      resources: ["public", "internal"],
      startTime: at(5),
      expiryTime: at(-25),
      by: "operator",
    });
    const findings = [
      { check: "no order lost", passed: true, detail: "1,204 of 1,204" },
      { check: "zone shifted", passed: true, detail: "after 4.2 s" },
    ];
    api.operations.drills.push({
      id: "d1",
      scenario: "gray-failure",
      state: "passed",
      startedAt: at(30),
      endedAt: at(25),
      report: { verdict: "passed", orders: 1204, lost: 0, findings },
    });
    const analysis = (excerpt: string, label: string, symbol: string | null) => ({
      id: crypto.randomUUID(),
      at: at(3),
      symbol,
      label,
      confidence: 0.87,
      probabilities: { positive: 0.05, neutral: 0.08, negative: 0.05, [label]: 0.87 },
      model: "1.0.0",
      excerpt,
      input: { characters: 80, tokens: 24, truncatedTokens: 0, unknownTokens: 1 },
      latencyMs: { queue: 1, tokenise: 1, infer: 7, total: 9 },
    });
    api.news.history.push(
      analysis("BHP lifts full-year profit by 12 % and raises its dividend", "positive", "BHP"),
      analysis("Regulator opens inquiry into lending at the big four", "negative", "CBA"),
      analysis("ASX to close at 14:10 on Christmas Eve", "neutral", null),
    );
    return api.exchange.orders[0]?.id ?? "";
  };

  for (const theme of ["light", "dark"] as const) {
    for (const [size, viewport] of Object.entries(WIDTHS)) {
      it(`has no fault that axe finds, on any page: ${theme}, ${size}`, async () => {
        const id = furnish();
        const page = await stage.open("/", { viewport, colorScheme: theme });
        await page.getByRole("button", { name: "Sign in" }).waitFor();
        const faults = await judge(page, "welcome");
        await screenshot(page, `welcome-${theme}-${size}`);
        await signIn(page);
        const wide: string[] = [];
        for (const [name, path] of Object.entries(PAGES)) {
          await page.goto(stage.web.url + path.replace(":id", id).replace(":drill", "d1"));
          await page.getByRole("contentinfo").getByText("live").waitFor();
          await page.locator("[aria-label^='Loading']").first().waitFor({ state: "detached" });
          faults.push(...(await judge(page, `${name}, ${theme}, ${size}`)));
          await screenshot(page, `${name}-${theme}-${size}`);
          const over = Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth"));
          if (over > 0) wide.push(`${name} by ${over} px`);
        }
        assert.deepEqual(faults, []);
        assert.deepEqual(wide, [], "wider than the screen");
      }).timeout(240_000);
    }

    it(`has no fault that axe finds in its dialogs: ${theme}`, async () => {
      furnish();
      const page = await stage.open("/", { colorScheme: theme });
      await signIn(page);
      await page.getByLabel("Quantity").fill("10");
      await page.getByLabel("Limit price (A$)").fill("45.00");
      await page.getByRole("button", { name: "Buy BHP" }).click();
      await page.getByRole("button", { name: "Place buy order" }).hover();
      const faults = await judge(page, "confirmation");
      await screenshot(page, `confirm-${theme}`);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Deposit" }).first().hover();
      faults.push(...(await judge(page, "deposit's button")));
      await page.getByRole("button", { name: "Deposit" }).first().click();
      await page.getByRole("button", { name: "Pay in" }).hover();
      faults.push(...(await judge(page, "deposit")));
      await page.keyboard.press("Escape");
      await page.getByRole("link", { name: "Zones" }).click();
      await page.getByRole("button", { name: "Inject a fault…" }).first().click();
      await page.getByRole("button", { name: "Inject it" }).hover();
      faults.push(...(await judge(page, "fault")));
      await screenshot(page, `fault-${theme}`);
      assert.deepEqual(faults, []);
    }).timeout(120_000);
  }

  /** A page on which keys alone act. */
  const byKeyboard = async () => {
    stage.api.reset();
    const page = await stage.open();
    const tabTo = async (target: Locator) => {
      await target.waitFor();
      for (let i = 0; i < 160; i += 1) {
        if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
        await page.keyboard.press("Tab");
      }
      assert.fail(`Tab does not lead to ${target}`);
    };
    const press = async (target: Locator, key = "Enter") => {
      await tabTo(target);
      await page.keyboard.press(key);
    };
    const type = async (target: Locator, text: string) => {
      await tabTo(target);
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.type(text);
    };
    const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });
    await press(button("Sign in"));
    await button("Sign out").waitFor();
    return { page, tabTo, press, type, button };
  };

  it("is used by keyboard alone, from the sign-in to a cancelled order and a shift", async () => {
    const { page, tabTo, press, button } = await byKeyboard();
    await press(button("Deposit").first());
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("50000");
    await page.keyboard.press("Enter");
    await page.getByLabel("Order ticket").getByText("A$50,000.00").waitFor();
    await tabTo(page.getByLabel("Quantity"));
    await page.keyboard.type("10");
    await tabTo(page.getByLabel("Limit price (A$)"));
    await page.keyboard.type("30.00");
    await page.keyboard.press("ArrowUp");
    assert.equal(await page.getByLabel("Limit price (A$)").inputValue(), "30.01");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Enter");
    const latest = page.getByLabel("Latest orders").locator("tbody tr").first();
    await latest.getByText("open", { exact: true }).waitFor();
    await press(latest.getByRole("button", { name: /Cancel/ }));
    await press(button("Cancel the order"));
    await latest.getByText("cancelled", { exact: true }).waitFor();
    await page.goto(`${stage.web.url}/zones`);
    await press(page.getByLabel("Zone a", { exact: true }).getByRole("button", { name: "Shift away…" }));
    await press(button("Shift it away"));
    await page.getByLabel("The platform").getByText("shifted away").waitFor();
  }).timeout(120_000);

  it("is used by keyboard alone, from a sale over news and statement to the sign-out", async () => {
    const { page, tabTo, press, type, button } = await byKeyboard();
    stage.api.exchange.deposit(100_000_00n);
    await page.getByLabel("Order ticket").getByText("A$100,000.00").waitFor();
    const latest = page.getByLabel("Latest orders").locator("tbody tr").first();
    const radio = (name: string) => page.getByRole("radio", { name, exact: true });
    /** The next key must not come before the choice is made. */
    const choose = async (from: string, to: string) => {
      await press(radio(from), "ArrowRight");
      await page.locator('[role="radio"]:focus', { hasText: to }).waitFor();
      await page.keyboard.press("Space");
      await page.getByRole("radio", { name: to, exact: true, checked: true }).waitFor();
    };
    await choose("Limit", "Market");
    for (const side of ["Buy", "Sell"]) {
      if (side === "Sell") {
        await choose("Buy", "Sell");
        await button("Sell all").waitFor();
      }
      await type(page.getByLabel("Quantity"), "10");
      await page.keyboard.press("Enter");
      await press(button(`Place ${side.toLowerCase()} order`));
      await latest.getByText(side, { exact: false }).first().waitFor();
      await latest.getByText("filled", { exact: true }).waitFor();
    }
    await press(page.getByRole("link", { name: "Portfolio", exact: true }));
    const download = page.waitForEvent("download");
    await press(button("Export as CSV"));
    await (await download).delete();
    await press(page.getByRole("link", { name: "News", exact: true }));
    await type(page.getByLabel("Headline or article"), "BHP lifts profit");
    await press(button("Analyse"));
    await page.getByText("positive 87%").first().waitFor();
    await tabTo(button("Sign out"));
    await page.keyboard.press("Enter");
    await button("Sign in").waitFor();
  }).timeout(120_000);

  it("is used by an operator by keyboard alone: fault, heal, shift's end, failover and drill", async () => {
    const { page, press, type, button } = await byKeyboard();
    const zone = (letter: string) => page.getByLabel(`Zone ${letter}`, { exact: true });
    await press(page.getByRole("link", { name: "Zones", exact: true }));
    await press(zone("b").getByRole("button", { name: "Inject a fault…" }));
    await type(page.getByLabel("By how many milliseconds"), "400");
    await press(button("Inject it"));
    await zone("b").getByText("slow 400 ms").waitFor();
    await press(zone("b").getByRole("button", { name: "Inject a fault…" }));
    await press(page.getByLabel("Fault", { exact: true }), "End");
    await press(button("Heal the zone"));
    await zone("b").getByText("healthy").waitFor();
    await press(zone("a").getByRole("button", { name: "Shift away…" }));
    await press(button("Shift it away"));
    await press(button("Cancel the shift"));
    await press(button("End the shift"));
    await zone("a").getByText("healthy").waitFor();
    await press(button("Fail over…"));
    await press(button("Fail it over"));
    await page.getByLabel("Database").getByText("primary in ap-southeast-2b").waitFor();
    await press(page.getByRole("link", { name: "Drills", exact: true }).first());
    await press(button("Start…"));
    await press(button("Run it"));
    await page.waitForURL(/\/zones\/drills\/[\w-]+$/);
  }).timeout(120_000);
});
