import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { onStage, type Stage, signIn } from "./support/browser.ts";

/** Price changes during which the page is looked at. */
const CHANGES = 30;

describe("how the page moves", () => {
  let stage: Stage;
  let page: Page;
  onStage((started) => {
    stage = started;
  });

  /** Notes what runs in each picture from now on, by the name of its animation, or the class of what it moves. */
  const watch = () =>
    page.evaluate(`{
      window.ran = new Set();
      const look = () => {
        for (const one of document.getAnimations())
          window.ran.add(one.animationName ?? one.transitionProperty ?? one.effect.target.className);
        requestAnimationFrame(look);
      };
      look();
    }`);
  const ran = async () => (await page.evaluate("[...window.ran].sort()")) as string[];

  /** Prices change, what loads is waited for, a dialog opens, something is announced, and its text leaves. */
  const useThePage = async () => {
    await page.getByRole("contentinfo").getByText("live").waitFor();
    await page.evaluate(`new Promise((resolve) => {
      let changes = 0;
      new MutationObserver((all) => {
        changes += all.length;
        if (changes >= ${CHANGES}) resolve();
      }).observe(document.querySelector(".watch"), { characterData: true, subtree: true });
    })`);
    const held = Promise.withResolvers<void>();
    await page.route("**/api/analyze/history*", async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.getByRole("tab", { name: "News of BHP" }).click();
    await page.getByLabel("Loading its news").waitFor();
    await nextPicture();
    held.resolve();
    await page.getByText("You have had no news of BHP analysed").waitFor();
    await page.getByRole("button", { name: "Deposit" }).first().click();
    await page.getByRole("dialog").waitFor();
    await nextPicture();
    await page.getByRole("button", { name: "Pay in" }).click();
    const said = page.getByRole("status").getByText("Deposit of A$10,000: booked");
    await said.waitFor();
    await nextPicture();
    await said.waitFor({ state: "hidden" });
  };
  const nextPicture = () =>
    page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))");

  const start = async (reducedMotion: "reduce" | "no-preference") => {
    stage.api.reset();
    page = await stage.open("/", { reducedMotion });
    await signIn(page);
    await watch();
  };

  it("flashes prices, and fades, for who has not asked for less motion", async () => {
    await start("no-preference");
    await useThePage();
    assert.deepEqual(await ran(), ["leave", "number last", "shimmer"]);
  });

  it("runs no animation or transition for who has asked for less, and announcements leave all the same", async () => {
    await start("reduce");
    await useThePage();
    assert.deepEqual(await ran(), []);
  });
});
