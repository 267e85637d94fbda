import type { Page } from "playwright-core";
import { needsChromium, type Stage, signIn, startStage } from "./support/browser.ts";
import { pageSpeed } from "./support/page-speed.ts";
import { QuotesWatch } from "./support/quotes-watch.ts";

describe("how fast the page is", () => {
  let stage: Stage;
  let page: Page;
  let quotes: QuotesWatch;
  before(async function () {
    this.timeout(150_000);
    stage = await startStage(needsChromium(this));
    page = await stage.open("/", { reducedMotion: "no-preference" });
    quotes = new QuotesWatch(page);
    await signIn(page);
  });
  after(() => stage?.stop());

  pageSpeed(() => ({ page, url: stage.web.url, quotes }));
});
