import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { judge } from "./support/axe.ts";
import { OPERATOR, onStage, type Stage, screenshot, signIn } from "./support/browser.ts";
import { tapQuotes } from "./support/quotes-tap.ts";

describe("what the page says when something is wrong, as axe sees it", () => {
  let stage: Stage;
  onStage((started) => {
    stage = started;
    stage.issuer.user = OPERATOR;
  });
  beforeEach(() => stage.api.reset());

  const fault = (match: RegExp, answer: number | "drop") => {
    const one = { match, answer, times: Number.POSITIVE_INFINITY };
    stage.api.faults.push(one);
    return one;
  };

  for (const theme of ["light", "dark"] as const) {
    describe(`in the ${theme} theme`, () => {
      let page: Page;
      beforeEach(async () => {
        page = await stage.open("/", { colorScheme: theme });
      });

      /** Judges the page while it says something. */
      const look = async (text: string, name: string) => {
        await page.getByText(text).first().waitFor();
        const faults = await judge(page, `${name}, ${theme}`);
        await screenshot(page, `${name}-${theme}`);
        assert.deepEqual(faults, []);
      };
      const gone = (text: string) =>
        page.getByText(text).first().waitFor({ state: "detached", timeout: 30_000 });

      it("finds nothing wrong with its banners: offline, no answer, quotes interrupted", async () => {
        await signIn(page);
        await page.getByRole("contentinfo").getByText("live").waitFor();
        await page.context().setOffline(true);
        await look("You are offline.", "offline");
        await page.context().setOffline(false);
        await gone("You are offline.");
        const silence = fault(/api/, "drop");
        await look("The server does not answer.", "no-answer");
        silence.times = 0;
        await gone("The server does not answer.");
        stage.api.streams = false;
        for (const socket of stage.api.sockets) socket.destroy();
        await look("Live quotes are interrupted.", "interrupted");
      }).timeout(90_000);

      it("finds nothing wrong with quotes that are late", async () => {
        const tap = await tapQuotes(page);
        await signIn(page);
        await page.getByRole("contentinfo").getByText("live").waitFor();
        tap.halt();
        await look("Quotes are late.", "late");
      });

      it("finds nothing wrong with a sign-in that has ended, and an order without an answer", async () => {
        await signIn(page);
        stage.api.exchange.deposit(100_000_00n);
        await page.getByLabel("Order ticket").getByText("A$100,000.00").waitFor();
        fault(/POST \/api\/orders/, 503);
        await page.getByLabel("Quantity").fill("10");
        await page.getByLabel("Limit price (A$)").fill("45.00");
        await page.getByRole("button", { name: "Buy BHP" }).click();
        await page.getByRole("button", { name: "Place buy order" }).click();
        await look("no answer yet", "pending");
        fault(/GET \/api\/analyze/, 401);
        await page.getByRole("link", { name: "News", exact: true }).click();
        await look("Your sign-in has ended", "sign-in-ended");
      });

      it("finds nothing wrong with what an operator did, and what was refused", async () => {
        await signIn(page);
        await page.getByRole("link", { name: "Zones" }).click();
        await page.getByRole("button", { name: "Fail over…" }).click();
        await look("The standby in ap-southeast-2b takes over.", "fail-over");
        await page.getByRole("button", { name: "Fail it over" }).click();
        await look("It is in the decisions below.", "done");
        stage.api.operations.laptop = false;
        await page.getByRole("button", { name: "Inject a fault…" }).first().click();
        await page.getByRole("button", { name: "Inject it" }).click();
        await look("Only on a laptop.", "refused");
      });

      it("finds nothing wrong with the way back from the sign-in, nor with one that failed", async () => {
        const held = Promise.withResolvers<void>();
        await page.route(`${stage.issuer.url}/token`, async (route) => {
          await held.promise;
          await route.continue();
        });
        await page.getByRole("button", { name: "Sign in" }).click();
        await look("Signing in…", "callback");
        held.resolve();
        await page.getByRole("button", { name: "Sign out" }).waitFor();
        await page.goto(`${stage.web.url}/callback?error=access_denied&state=none`);
        await look("The sign-in failed", "callback-failed");
        await page.route(`${stage.issuer.url}/**`, (route) => route.abort());
        await page.reload();
        await page.getByRole("button", { name: "Start again" }).click();
        await look("The sign-in page can't be reached", "callback-no-issuer");
        await page.goto(stage.web.url);
      });

      it("finds nothing wrong where the sign-in page is away", async () => {
        await page.route(`${stage.issuer.url}/**`, (route) => route.abort());
        const button = page.getByRole("button", { name: "Sign in" });
        await button.click();
        await page.getByText("The sign-in page can't be reached").waitFor();
        // What is below the pointer must be readable too.
        await button.hover();
        await look("The sign-in page can't be reached", "welcome-no-issuer");
      });
    });
  }
});
