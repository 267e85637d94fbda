import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { isWhole } from "../../local/status.ts";
import { launch, needsChromium, screenshot } from "../services/web/support/browser.ts";
import { TestPlatform } from "./platform.ts";
import { signIn } from "./sign-in.ts";

/** A lost zone's pods start one after the other. */
const HEAL_MS = 120_000;
const DRILL_MS = 240_000;

describe("an operator's pages on the whole platform", function () {
  this.timeout(150_000);
  let platform: TestPlatform;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  before(async function () {
    this.timeout(300_000);
    const chromium = needsChromium(this);
    // Of its own: the drill trades as the demo users, whose money other tests count.
    platform = new TestPlatform();
    await platform.up(["--set", 'trizone:guard={"mode":"observe"}']);
    await platform.until(isWhole, HEAL_MS);
    browser = await launch(chromium);
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(30_000);
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(new URL("/zones", platform.outputs.apiUrl).href);
    await signIn(page, "olivia");
  });
  after(async function () {
    this.timeout(60_000);
    await browser?.close();
    await platform?.dispose();
  });

  const zone = (letter: string) => page.getByLabel(`Zone ${letter}`, { exact: true });
  const picture = () => page.getByLabel("The platform");
  const inject = async (letter: string, fault: string, button = "Inject it") => {
    await zone(letter).getByRole("button", { name: "Inject a fault…" }).click();
    await page.getByLabel("Fault", { exact: true }).selectOption(fault);
    await page.getByRole("button", { name: button }).click();
  };

  it("shows the three zones as the guard sees them", async () => {
    for (const letter of ["a", "b", "c"]) await zone(letter).getByText("healthy").waitFor();
    await page.getByText(/Guard only watches/).waitFor();
    await picture().getByText("database: primary").waitFor();
    await zone("a")
      .getByText(/^(\d+) of \1 pods ready$/)
      .waitFor();
    await screenshot(page, "platform-zones");
  });

  it("slows a zone down and heals it, and both are kept with who did it", async () => {
    await inject("b", "slow");
    await zone("b")
      .getByText(/^Injected:/)
      .waitFor();
    await inject("b", "heal", "Heal the zone");
    await zone("b").getByText("healthy").waitFor();
    await page
      .getByLabel("Decisions")
      .getByText(/^olivia: slow/)
      .first()
      .waitFor();
  });

  it("shifts a zone away and back, by ARC", async () => {
    await zone("c").getByRole("button", { name: "Shift away…" }).click();
    await page.getByLabel("Why (others read this)").fill("disk trouble");
    await page.getByRole("button", { name: "Shift it away" }).click();
    await picture().getByText("shifted away").waitFor();
    const { balancers } = await platform.until(({ balancers }) =>
      balancers.every(({ weights }) => weights["ap-southeast-2c"] === 0),
    );
    assert.ok(balancers.length > 0);
    await page.getByRole("button", { name: "Cancel the shift" }).click();
    await page.getByRole("button", { name: "End the shift" }).click();
    await zone("c").getByText("healthy").waitFor();
  });

  it("has the database fail over to its standby's zone", async () => {
    const { databases } = await platform.until(isWhole, HEAL_MS);
    const standby = databases[0]?.standbyZone;
    await page.getByRole("button", { name: "Fail over…" }).click();
    await page.getByRole("button", { name: "Fail it over" }).click();
    await page.getByLabel("Database").getByText(`primary in ${standby}`).waitFor();
  });

  it("shows the model that answers, of the versions in the bucket", async () => {
    await page.getByRole("link", { name: "Models" }).click();
    const versions = page.getByLabel("Versions");
    await versions.getByText("1.0.0").waitFor();
    await versions.getByText("current").waitFor();
    await versions.getByText("ready").waitFor();
    await page.getByLabel("Split").getByText("100%").waitFor();
  });

  it("takes a drill from its start to its report", async function () {
    this.timeout(DRILL_MS + 60_000);
    await platform.until(isWhole, HEAL_MS);
    await page.getByRole("link", { name: "Drills", exact: true }).first().click();
    await page.getByLabel("Scenario").selectOption("one-bad-pod");
    await page.getByLabel("Requests a second").fill("20");
    await page.getByRole("button", { name: "Start…" }).click();
    await page.getByRole("button", { name: "Run it" }).click();
    await page.waitForURL(/\/zones\/drills\/[\w-]+$/);
    const report = page.getByLabel("Report");
    await report.getByText("running", { exact: true }).waitFor();
    await report.getByText("Save as HTML").waitFor({ timeout: DRILL_MS });
    await report.getByText("acknowledged").first().waitFor();
    assert.deepEqual(complaints, []);
  });
});
