import type { Page } from "playwright-core";
import { onStage, type Stage, signIn } from "./support/browser.ts";
import { pageSpeed } from "./support/page-speed.ts";
import { QuotesWatch } from "./support/quotes-watch.ts";

describe("how fast the page is", () => {
  let stage: Stage;
  let page: Page;
  let quotes: QuotesWatch;
  onStage(async (started) => {
    stage = started;
    page = await stage.open("/", { reducedMotion: "no-preference" });
    quotes = new QuotesWatch(page);
    await signIn(page);
  });

  pageSpeed(() => ({ page, url: stage.web.url, quotes }));
});
