import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { OPERATOR, onStage, type Stage, signIn, TRADER } from "./support/browser.ts";

describe("the operators' pages", () => {
  let stage: Stage;
  let page: Page;
  onStage((started) => {
    stage = started;
  });
  beforeEach(async () => {
    stage.api.reset();
    stage.issuer.user = OPERATOR;
    page = await stage.open("/zones");
    await signIn(page);
  });
  afterEach(() => assert.deepEqual(stage?.complaints ?? [], [], "what the browser complained of"));

  const zone = (letter: string) => page.getByLabel(`Zone ${letter}`, { exact: true });
  /** The newest decision is this one, of this zone, and its evidence names who it was. */
  const kept = async (text: string, of: string) => {
    const newest = page.getByLabel("Decisions").getByRole("listitem").first();
    await newest.getByText(text, { exact: true }).waitFor();
    await newest.getByText(of, { exact: true }).waitFor();
    await newest.getByText("Evidence").click();
    await newest.getByText("id-of-ops").waitFor();
  };
  const picture = () => page.getByLabel("The platform");

  it("are hidden from others, who are told why when they ask for one", async () => {
    stage.issuer.user = TRADER;
    page = await stage.open("/zones");
    await signIn(page);
    await page.getByText("This page is for operators").waitFor();
    assert.equal(await page.getByRole("link", { name: "Zones" }).count(), 0);
    for (const path of ["/models", "/zones/drills"]) {
      await page.goto(stage.web.url + path);
      await page.getByText("This page is for operators").waitFor();
    }
    const status = await page.evaluate(`fetch("/api/operations/zones", { headers: { authorization: "Bearer " +
      JSON.parse(sessionStorage.getItem(Object.keys(sessionStorage).find((key) => key.includes("user:")))).access_token } })
      .then((response) => response.status)`);
    assert.equal(status, 403);
  });

  it("show three zones, and a sick one at a glance", async () => {
    for (const letter of ["a", "b", "c"]) await zone(letter).getByText("healthy").waitFor();
    assert.equal(await picture().getByText("33% of the requests, 33% of those between services").count(), 3);
    await picture().getByText("database: primary").waitFor();
    await page.getByText("Guard shifts by itself from ap-southeast-2c").waitFor();
    await zone("b").getByRole("button", { name: "Inject a fault…" }).click();
    await page.getByLabel("By how many milliseconds").fill("400");
    await page.getByRole("button", { name: "Inject it" }).click();
    await picture().locator(".picture-zone.sick").getByText("ap-southeast-2b").waitFor();
    await zone("b").getByText("slow 400 ms").waitFor();
    await zone("b").getByText("640 ms").first().waitFor();
    await zone("b").getByRole("button", { name: "Inject a fault…" }).click();
    await page.getByLabel("Fault", { exact: true }).selectOption("heal");
    await page.getByRole("button", { name: "Heal the zone" }).click();
    await zone("b").getByText("healthy").waitFor();
    assert.deepEqual(stage.api.operations.changes, Array(2).fill("POST /zones/ap-southeast-2b/faults"));
  });

  it("shift a zone away and cancel it, each confirmed, and show it among the decisions with its evidence", async () => {
    await zone("a").getByRole("button", { name: "Shift away…" }).click();
    await page.getByRole("button", { name: "Go back" }).click();
    assert.deepEqual(stage.api.operations.changes, []);
    await zone("a").getByRole("button", { name: "Shift away…" }).click();
    await page.getByLabel("Why (others read this)").fill("disk trouble");
    await page.getByRole("button", { name: "Shift it away" }).click();
    await picture().getByText("shifted away").waitFor();
    await picture().getByText("0% of the requests").waitFor();
    await page
      .getByLabel("Decisions")
      .getByText(/^ops: Shifted away for 30m: disk trouble/)
      .waitFor();
    await page.getByLabel("Decisions").getByText("Evidence").last().click();
    await page.getByLabel("Decisions").getByText("others p99 ms").first().waitFor();
    await page.getByRole("button", { name: "Cancel the shift" }).click();
    await page.getByRole("button", { name: "End the shift" }).click();
    await zone("a").getByText("healthy").waitFor();
    assert.match(stage.api.operations.changes.join(), /^POST \/shifts,DELETE \/shifts\/[\w-]+$/);
  });

  it("fail the database over once it is confirmed what that does, and keep who did it", async () => {
    const ask = () => page.getByRole("button", { name: "Fail over…" }).click();
    const dialog = page.getByRole("dialog", { name: "Fail the database over?" });
    await ask();
    await dialog.getByText(/The standby in ap-southeast-2b takes over.*nothing can be stored/).waitFor();
    await dialog.getByText(/Your name is kept/).waitFor();
    await dialog.getByRole("button", { name: "Go back" }).click();
    assert.deepEqual(stage.api.operations.changes, []);
    await ask();
    await dialog.getByRole("button", { name: "Fail it over" }).click();
    await page.getByLabel("Database").getByText("primary in ap-southeast-2b").waitFor();
    assert.deepEqual(stage.api.operations.changes, ["POST /database/failover"]);
    await kept("ops: failed the database over", "platform");
  });

  it("say in words what only a laptop can do", async () => {
    stage.api.operations.laptop = false;
    await zone("c").getByRole("button", { name: "Inject a fault…" }).click();
    await page.getByRole("button", { name: "Inject it" }).click();
    await page.getByText("Only on a laptop.").waitFor();
  });

  it("take a drill from its start, confirmed and audited, to its report", async () => {
    await page.getByRole("link", { name: "Drills", exact: true }).first().click();
    await page.getByLabel("Scenario").selectOption("gray-failure");
    await page.getByText("only the guard can see it").waitFor();
    await page.getByLabel("Requests a second").fill("50");
    await page.getByLabel("Zone", { exact: true }).selectOption("ap-southeast-2b");
    await page.getByLabel("Seed, to repeat a drill").fill("1.5");
    const start = page.getByRole("button", { name: "Start…" });
    await start.click();
    await page.getByText("Must be a whole number from 0 to 2147483647.").waitFor();
    await page.getByLabel("Seed, to repeat a drill").fill("7");
    await start.click();
    const dialog = page.getByRole("dialog", { name: "Run the drill gray-failure?" });
    for (const text of [
      "A zone answers slowly, and only the guard can see it.",
      "ap-southeast-2b",
      "50 requests a second",
      /It loads and breaks this platform for real/,
      /Your name is kept/,
    ])
      await dialog.getByText(text).waitFor();
    await dialog.getByRole("button", { name: "Go back" }).click();
    assert.deepEqual(stage.api.operations.changes, []);
    await start.click();
    await dialog.getByRole("button", { name: "Run it" }).click();
    await page.waitForURL(/\/zones\/drills\/[\w-]+$/);
    const report = page.getByLabel("Report");
    await report.getByText("The load runs").waitFor();
    const [drill] = stage.api.operations.drills;
    assert.ok(drill);
    const findings = [
      { check: "no order lost", passed: true },
      { check: "shifted in time", passed: true, seconds: 4.2 },
    ];
    Object.assign(drill, {
      state: "passed",
      endedAt: new Date().toISOString(),
      report: { orders: 1204, findings },
    });
    await report.getByText("passed", { exact: true }).first().waitFor();
    await report.getByRole("row", { name: /no order lost yes/ }).waitFor();
    await page.reload();
    await report.getByText("1204").waitFor();
    await page.getByRole("link", { name: "Zones", exact: true }).click();
    await kept("ops: started drill gray-failure", "ap-southeast-2b");
  });

  it("show the model's versions, who answers, and drift", async () => {
    await page.getByRole("link", { name: "Models" }).click();
    const versions = page.getByLabel("Versions");
    await versions.getByText("canary").waitFor();
    await versions.getByText("is truncated").waitFor();
    await page.getByLabel("Split").getByText("90%").waitFor();
    await page.getByLabel("Split").getByText("disagreed").waitFor();
    await page.getByLabel("Drift").getByText("0.04").waitFor();
    await page.getByLabel("Drift").getByText("steady").waitFor();
  });
});
