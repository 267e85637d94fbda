import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { OPERATOR, onStage, type Stage, signIn } from "./support/browser.ts";

const PROBE = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';

describe("markup that comes from elsewhere is text in the page", () => {
  let stage: Stage;
  let page: Page;
  onStage((started) => {
    stage = started;
    stage.issuer.user = OPERATOR;
  });
  beforeEach(() => stage.api.reset());
  afterEach(async () => {
    if (!page) return;
    assert.equal(await page.locator("img[src=x], main script").count(), 0);
    assert.equal(await page.evaluate("window.hit"), undefined);
    assert.deepEqual(stage.complaints, []);
  });

  const open = async (path: string) => {
    page = await stage.open(path);
    await signIn(page);
  };
  const form = () => page.getByLabel("Analyse", { exact: true });
  const refuse = (match: RegExp, more: object) =>
    stage.api.faults.push({ match, answer: 422, times: Number.POSITIVE_INFINITY, ...more });

  it("in a news text, as typed and as it was analysed before", async () => {
    await open("/news");
    await form().getByLabel("Headline or article").fill(PROBE);
    await form().getByRole("button", { name: "Analyse" }).click();
    await form().getByRole("article").getByText(PROBE).waitFor();
    await page.getByLabel("Analysed before").getByText(PROBE).waitFor();
  });

  it("in a file's name, of one that is read and one that is too large", async () => {
    await open("/news");
    const name = `${PROBE.replaceAll("/", ":")}.html`;
    const choose = (content: string) =>
      form()
        .getByLabel("Or a file")
        .setInputFiles({ name, mimeType: "text/html", buffer: Buffer.from(content) });
    await choose(PROBE);
    await form().getByText(`From the file “${name}”.`).waitFor();
    assert.equal(await form().getByLabel("Headline or article").inputValue(), PROBE);
    await form().getByRole("button", { name: "Analyse" }).click();
    await page.getByLabel("Analysed before").getByText(PROBE).waitFor();
    await choose("x".repeat(400_001));
    await form().getByRole("alert").getByText(`“${name}” is too large`).waitFor();
  });

  it("in a symbol, of the address and of the API", async () => {
    const { exchange, news } = stage.api;
    exchange.orders.push({
      id: "0",
      symbol: PROBE,
      side: "buy",
      type: "market",
      quantity: 10,
      status: "rejected",
      reason: PROBE,
      createdAt: new Date().toISOString(),
    });
    exchange.portfolio = {
      items: [{ symbol: PROBE, quantity: 1, reserved: 0, averageCost: PROBE, realised: "0.00" }],
      total: { realised: "0.00" },
    };
    news.history.push({
      id: "0",
      at: new Date().toISOString(),
      symbol: PROBE,
      label: PROBE,
      confidence: 1,
      probabilities: { [PROBE]: 1 },
      model: PROBE,
      excerpt: "A headline",
      input: { characters: 80, tokens: 24, truncatedTokens: 0, unknownTokens: 0 },
      latencyMs: { queue: 1, tokenise: 1, infer: 7, total: 9 },
    });
    await open("/trade/BHP");
    const order = page.getByLabel("Latest orders").locator("tbody tr").first();
    await order.getByRole("link", { name: PROBE, exact: true }).waitFor();
    await order.locator(".reason").getByText(PROBE).waitFor();
    await page.getByRole("tab", { name: "Holdings" }).click();
    await page.getByRole("row", { name: PROBE }).getByRole("link", { name: PROBE }).waitFor();
    await page.getByRole("link", { name: "News", exact: true }).click();
    await page.getByRole("article").getByRole("link", { name: PROBE, exact: true }).waitFor();
    // Without a slash, which would begin another part of the address.
    const [image] = PROBE.split("<script>");
    await page.evaluate(`history.pushState({}, "", encodeURI("/trade/" + ${JSON.stringify(image)}))`);
    await page.getByText(`“${image}” is not traded here`).waitFor();
  });

  it("in an error's detail", async () => {
    await open("/news");
    refuse(/POST \/api\/analyze/, { detail: PROBE });
    await form().getByLabel("Headline or article").fill("A headline");
    await form().getByRole("button", { name: "Analyse" }).click();
    await form().getByRole("alert").getByText(PROBE).waitFor();
  });

  it("in an error's fields, beside the field and in the words of the error", async () => {
    stage.api.exchange.deposit(100_000_00n);
    await open("/trade/BHP");
    const ticket = page.getByLabel("Order ticket");
    await ticket.getByText("A$100,000.00").waitFor();
    const errors = ["quantity", PROBE].map((field) => ({ field, message: PROBE }));
    refuse(/POST \/api\/orders/, { detail: "No.", errors });
    await page.getByLabel("Quantity").fill("10");
    await page.getByRole("radio", { name: "Market" }).click();
    await page.getByRole("button", { name: "Buy BHP" }).click();
    await page.getByRole("button", { name: "Place buy order" }).click();
    await ticket.getByLabel("Quantity").and(page.locator("[aria-invalid]")).waitFor();
    await ticket.locator(".problem").getByText(PROBE).waitFor();
    await ticket.getByRole("alert").getByText(`${PROBE} ${PROBE}.`).waitFor();
  });

  it("in a decision and its evidence", async () => {
    stage.api.operations.decisions.unshift({
      id: "x",
      at: new Date().toISOString(),
      kind: PROBE as never,
      zone: PROBE,
      reason: PROBE,
      text: PROBE,
      evidence: { [PROBE]: PROBE },
    });
    await open("/zones");
    const entry = page.getByLabel("Decisions").getByRole("listitem").first();
    await entry.getByText("Evidence").click();
    await entry.locator("dd, td").getByText(PROBE).first().waitFor();
    await entry.locator("p").getByText(PROBE).waitFor();
  });
});
