import assert from "node:assert/strict";
import type { Download, Locator, Page } from "playwright-core";
import { onStage, type Stage, signIn } from "./support/browser.ts";

describe("the portfolio page", () => {
  let stage: Stage;
  let page: Page;
  onStage((started) => {
    stage = started;
  });
  beforeEach(() => stage.api.reset());
  afterEach(() => assert.deepEqual(stage?.complaints ?? [], [], "what the browser complained of"));

  const open = async () => {
    page = await stage.open("/portfolio");
    await signIn(page);
  };

  describe("its holdings", () => {
    const position = (symbol: string, more: object) => ({
      symbol,
      quantity: 3000,
      reserved: 0,
      cost: "0.00",
      averageCost: "45.1000",
      price: "45.10",
      marketValue: "0.00",
      unrealised: "0.00",
      realised: "0.00",
      ...more,
    });
    const show = async (total: object, ...items: object[]) => {
      stage.api.exchange.portfolio = {
        items,
        total: { cost: "0.00", marketValue: null, unrealised: null, realised: "0.00", ...total },
      };
      await open();
    };
    const table = () => page.getByLabel("Holdings", { exact: true });
    const cells = async (row: Locator) =>
      (await row.locator("td").allInnerTexts()).map((text) => text.trim());
    const row = (name: string) => table().getByRole("row", { name: new RegExp(`^${name}`) });
    const colour = async (cell: Locator) =>
      String(
        await cell.evaluate((element) => element.ownerDocument.defaultView?.getComputedStyle(element).color),
      );

    it("have their average cost, profit and loss to the last digit", async () => {
      await show(
        { marketValue: "90071992547409.93", unrealised: "-90071992547409.91", realised: "0.30" },
        position("BHP", {
          quantity: 1_234_567,
          reserved: 1000,
          averageCost: "1234.5678",
          marketValue: "90071992547409.93",
          unrealised: "90071992547409.93",
          realised: "-0.10",
        }),
        // A price of three decimals, and a loss that a float would show as more.
        position("TLS", { averageCost: "0.3333", price: "0.335", unrealised: "-90071992547409.97" }),
      );
      await row("BHP").waitFor();
      assert.deepEqual(await cells(row("BHP")), [
        "1,234,567",
        "1,000",
        "1,234.5678",
        "45.10",
        "A$90,071,992,547,409.93",
        "▲ +90,071,992,547,409.93",
        "▼ −0.10",
      ]);
      const telstra = await cells(row("TLS"));
      assert.deepEqual(telstra.slice(2), ["0.3333", "0.335", "A$0.00", "▼ −90,071,992,547,409.97", "▬ 0.00"]);
      assert.deepEqual(await cells(row("Total")), [
        "A$90,071,992,547,409.93",
        "▼ −90,071,992,547,409.91",
        "▲ +0.30",
      ]);
    });

    it("tell a profit from a loss by sign, shape and colour", async () => {
      await show(
        {},
        position("BHP", { unrealised: "0.01" }),
        position("CBA", { unrealised: "-0.01" }),
        position("CSL", { unrealised: "0.00" }),
      );
      const looks: string[][] = [];
      for (const symbol of ["BHP", "CBA", "CSL"]) {
        const cell = row(symbol).locator("td").nth(5);
        looks.push([(await cell.innerText()).trim(), await colour(cell.locator("> span"))]);
      }
      assert.deepEqual(
        looks.map(([text]) => text),
        ["▲ +0.01", "▼ −0.01", "▬ 0.00"],
      );
      assert.equal(new Set(looks.map(([, shade]) => shade)).size, 3);
    });

    it("have a dash where quotes are away, and an average cost all the same", async () => {
      const unknown = { price: null, marketValue: null, unrealised: null };
      await show({ realised: "5.00" }, position("BHP", unknown), position("CBA", { averageCost: null }));
      await row("BHP").waitFor();
      assert.deepEqual((await cells(row("BHP"))).slice(2), ["45.1000", "–", "–", "–", "▬ 0.00"]);
      assert.equal((await cells(row("CBA")))[2], "–");
      assert.deepEqual(await cells(row("Total")), ["–", "–", "▲ +5.00"]);
    });
  });

  describe("its export", () => {
    const exportFile = () => page.getByRole("button", { name: "Export as CSV" });
    const linesOf = async (download: Download) => {
      const chunks: Buffer[] = [];
      for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      assert.ok(text.endsWith("\r\n"));
      return text.slice(0, -2).split("\r\n");
    };
    const saved = async () => {
      const download = page.waitForEvent("download", { timeout: 60_000 });
      await exportFile().click();
      return linesOf(await download);
    };
    const move = (count: number) => {
      for (let i = 0; i < count; i += 1) stage.api.exchange.deposit(1n);
    };

    it("has every line of a long statement, also when the service is busy meanwhile", async () => {
      move(20_250);
      await open();
      stage.api.faults.push({ match: /statement$/, answer: 503, times: 4 });
      const [names, ...lines] = await saved();
      assert.match(names ?? "", /^line,at,kind,/);
      assert.deepEqual(
        lines.map((line) => Number(line.split(",")[0])),
        Array.from({ length: 20_250 }, (_, i) => 20_250 - i),
      );
      await page.getByRole("status").getByText("Saved a file of 20,250 lines").waitFor();
      await exportFile().waitFor();
    }).timeout(120_000);

    it("saves nothing when it is stopped, or can't be whole, and says why", async () => {
      move(250);
      await open();
      await exportFile().waitFor();
      const downloads: Download[] = [];
      page.on("download", (download) => downloads.push(download));
      const held = Promise.withResolvers<void>();
      const asked = Promise.withResolvers<void>();
      await page.route(/statement\?.*limit=100.*cursor=/, async (route) => {
        asked.resolve();
        await held.promise;
        await route.continue();
      });
      await exportFile().click();
      await asked.promise;
      await page.getByRole("button", { name: "Stop the export (100 lines so far)" }).click();
      await exportFile().waitFor();
      const answered = page.waitForResponse(/limit=100.*cursor=/);
      held.resolve();
      await answered;
      await page.unroute(/statement\?.*limit=100.*cursor=/);
      await page.route(/statement\?.*limit=100.*cursor=/, (route) =>
        route.fulfill({ status: 400, json: { detail: "The cursor is not valid." } }),
      );
      await exportFile().click();
      await page.getByRole("alert").getByText("The cursor is not valid.").waitFor();
      assert.equal(downloads.length, 0);
      await page.unroute(/statement\?.*limit=100.*cursor=/);
      assert.equal((await saved()).length, 251);
      assert.equal(await page.getByRole("alert").count(), 0);
      assert.equal(downloads.length, 1);
    });

    it("has texts that a spreadsheet would run as formulas made harmless", async () => {
      stage.api.exchange.deposit(100n);
      Object.assign(stage.api.exchange.statement[0] ?? {}, {
        kind: "@SUM(1)",
        transactionId: '=HYPERLINK("http://elsewhere.example","x")',
        orderId: "+1|cmd",
        fillId: "-2+3",
        balance: "-12.50",
      });
      await open();
      const [, line] = await saved();
      assert.match(
        line ?? "",
        /^1,[^,]+,'@SUM\(1\),credit,1\.00,-12\.50,"'=HYPERLINK\(""http:\/\/elsewhere\.example"",""x""\)",'\+1\|cmd,'-2\+3$/,
      );
    });
  });
});
