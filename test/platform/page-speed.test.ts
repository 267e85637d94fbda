import type { Browser, Page } from "playwright-core";
import { launch, needsChromium } from "../services/web/support/browser.ts";
import { pageSpeed } from "../services/web/support/page-speed.ts";
import { QuotesWatch } from "../services/web/support/quotes-watch.ts";
import { shared } from "./shared.ts";
import { signIn } from "./sign-in.ts";

describe("how fast the page is on the whole platform", () => {
  let browser: Browser;
  let page: Page;
  let quotes: QuotesWatch;
  let url: string;
  before(async function () {
    this.timeout(300_000);
    const chromium = needsChromium(this);
    const platform = await shared();
    url = new URL(platform.outputs.apiUrl).origin;
    browser = await launch(chromium);
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    quotes = new QuotesWatch(page);
    await page.goto(url);
    await signIn(page, "alice");
  });
  after(() => browser?.close());

  pageSpeed(() => ({ page, url, quotes }));
});
