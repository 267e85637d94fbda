import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { INSTRUMENTS } from "../../../services/market/index.ts";
import { OPERATOR, onStage, type Stage, signIn, TRADER } from "./support/browser.ts";

describe("the page's lists", () => {
  let stage: Stage;
  let page: Page;
  onStage((started) => {
    stage = started;
  });
  beforeEach(() => {
    stage.api.reset();
    stage.issuer.user = TRADER;
  });
  afterEach(() => assert.deepEqual(stage?.complaints ?? [], [], "what the browser complained of"));

  const open = async (path: string) => {
    page = await stage.open(path);
    await page.clock.install();
    await page.reload();
    await signIn(page);
  };
  const times = <Item>(count: number, make: (i: number) => Item) =>
    Array.from({ length: count }, (_, i) => make(i));

  interface List {
    items: Locator;
    /** What is shown in each of them that no other one has. */
    names(): Promise<string[]>;
    what: string;
    /** How many there are after each page, and the cursors that lead from one to the next. */
    counts: number[];
    cursors: string[];
    parameter?: string;
    /** Something new comes first. */
    grow(): void;
  }

  /** Presses for page after page by the keyboard; then the list grows at its begin, which moves the others to later pages. */
  const readOn = async ({ items, names, what, counts, cursors, parameter = "cursor", grow }: List) => {
    const asked = new Set<string>();
    page.on("request", (request) => {
      const cursor = new URL(request.url()).searchParams.get(parameter);
      if (cursor !== null) asked.add(cursor);
    });
    const [first = 0, ...later] = counts;
    await items.nth(first - 1).waitFor();
    assert.equal(await items.count(), first);
    const more = page.getByRole("button", { name: `Show older ${what}` });
    for (const count of later) {
      await more.press("Enter");
      await items.nth(count - 1).waitFor();
    }
    const all = counts.at(-1) ?? 0;
    const end = page.getByText(`These are all ${all} ${what}.`);
    await end.and(page.locator(":focus")).waitFor();
    assert.equal(await more.count(), 0);
    assert.equal(new Set(await names()).size, all);
    assert.deepEqual([...asked], cursors);
    grow();
    // Lists are asked for again from time to time.
    await page.clock.fastForward(60_000);
    await page.getByText(`These are all ${all + 1} ${what}.`).waitFor();
    assert.equal(new Set(await names()).size, all + 1);
  };

  const order = (i: number) => ({
    id: `00000000-0000-7000-8000-${String(i).padStart(12, "0")}`,
    symbol: "BHP",
    side: "buy" as const,
    type: "market" as const,
    quantity: i + 1,
    status: "filled",
    createdAt: new Date(Date.now() - i * 60_000).toISOString(),
  });

  it("has all orders, page by page, each once", async () => {
    const { orders } = stage.api.exchange;
    orders.push(...times(120, order));
    await open("/orders");
    const items = page.getByLabel("All orders").locator("tbody tr");
    await readOn({
      items,
      names: () => items.evaluateAll((rows) => rows.map((row) => row.getAttribute("data-order") ?? "")),
      what: "orders",
      counts: [50, 100, 120],
      cursors: [order(49).id, order(99).id],
      grow: () => orders.unshift(order(500)),
    });
  });

  it("says why older ones did not come, and brings them when asked again", async () => {
    stage.api.exchange.orders.push(...times(60, order));
    await open("/orders");
    const items = page.getByLabel("All orders").locator("tbody tr");
    await items.nth(49).waitFor();
    const fault = {
      match: /GET \/api\/orders$/,
      answer: 400,
      times: Number.POSITIVE_INFINITY,
      detail: "Not that.",
    };
    stage.api.faults.push(fault);
    const more = page.getByRole("button", { name: "Show older orders" });
    await more.click();
    await page.getByRole("alert").getByText("Not that.").waitFor();
    assert.equal(await items.count(), 50);
    fault.times = 0;
    await more.click();
    await items.nth(59).waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
  });

  it("has all lines of a statement, page by page, each once", async () => {
    const { exchange } = stage.api;
    for (const i of times(60, (at) => at)) exchange.deposit(BigInt(i + 1));
    await open("/portfolio");
    const items = page.getByLabel("Lines of the statement").locator("tbody tr");
    await readOn({
      items,
      names: () => items.locator("td:last-child").allInnerTexts(),
      what: "lines",
      counts: [25, 50, 60],
      cursors: ["36", "11"],
      grow: () => exchange.deposit(1_000_000n),
    });
  });

  it("has all analyses, page by page, each once", async () => {
    const { history } = stage.api.news;
    const analysis = (i: number) => ({
      id: `a${i}`,
      at: new Date().toISOString(),
      symbol: "BHP",
      label: "neutral",
      confidence: 0.9,
      probabilities: { positive: 0.05, neutral: 0.9, negative: 0.05 },
      model: "1.0.0",
      excerpt: `Headline ${i}`,
      input: { characters: 80, tokens: 24, truncatedTokens: 0, unknownTokens: 0 },
      latencyMs: { queue: 1, tokenise: 1, infer: 7, total: 9 },
    });
    history.push(...times(45, analysis));
    await open("/news");
    const items = page.getByLabel("Analysed before").getByRole("article");
    await readOn({
      items,
      names: () => items.locator(".excerpt").allInnerTexts(),
      what: "analyses",
      counts: [20, 40, 45],
      cursors: ["a19", "a39"],
      grow: () => history.unshift(analysis(500)),
    });
  });

  it("has all decisions, page by page, each once", async () => {
    stage.issuer.user = OPERATOR;
    const { decisions } = stage.api.operations;
    const decision = (i: number) => ({
      id: `d${i}`,
      at: new Date().toISOString(),
      kind: "refuse" as const,
      zone: null,
      reason: "too little traffic",
      text: `Decision ${i}`,
      evidence: {},
    });
    decisions.splice(0, 1, ...times(120, decision));
    await open("/zones");
    const items = page.getByLabel("Decisions").getByRole("listitem");
    await readOn({
      items,
      names: () => items.locator("p").allInnerTexts(),
      what: "decisions",
      counts: [50, 100, 120],
      cursors: ["d49", "d99"],
      parameter: "before",
      grow: () => decisions.unshift(decision(500)),
    });
  });

  it("finds shares by a part of their symbol or name, however it is written", async () => {
    await open("/trade/BHP");
    const rows = page.getByLabel("Shares", { exact: true }).locator("tbody tr");
    const find = page.getByRole("searchbox", { name: "Find a share" });
    const shown = async () => (await rows.locator("th a").allInnerTexts()).map((text) => text.split(/\s/)[0]);
    await rows.nth(INSTRUMENTS.size - 1).waitFor();
    for (const [typed, only] of [
      ["bhp", "BHP"],
      [" TELSTRA ", "TLS"],
      ["Commonwealth", "CBA"],
    ] as const) {
      await find.fill(typed);
      await rows.nth(1).waitFor({ state: "detached" });
      assert.deepEqual(await shown(), [only]);
    }
    await find.fill("bank");
    await rows.nth(1).waitFor();
    const banks = [...INSTRUMENTS.values()]
      .filter(({ name }) => /bank/i.test(name))
      .map(({ symbol }) => symbol);
    assert.deepEqual(await shown(), banks.sort());
    await find.fill("<b>nothing");
    await page.getByText("No share is called “<b>nothing”.").waitFor();
    assert.equal(await rows.count(), 0);
    await find.fill("");
    await rows.nth(INSTRUMENTS.size - 1).waitFor();
    // What is found is chosen by keyboard, and its price goes on.
    await find.fill("csl");
    await rows.nth(1).waitFor({ state: "detached" });
    await rows.getByRole("link").press("Enter");
    await page.getByLabel("Price of CSL").waitFor();
    const cell = rows.locator(".last");
    const before = await cell.innerText();
    await cell.filter({ hasNotText: before }).waitFor();
  });
});
