import assert from "node:assert/strict";
import { within } from "../../../local/postgres/within.ts";

describe("a wait", () => {
  it("does not run out while this process itself stands still", async () => {
    const soon = new Promise((resolve) => setTimeout(resolve, 700));
    const blocked = performance.now() + 600;
    const waiting = within(
      300,
      "it",
      soon.then(() => "answered"),
    );
    while (performance.now() < blocked) Math.random();
    assert.equal(await waiting, "answered");
    await assert.rejects(within(200, "it", new Promise(() => {})), /it: no answer in 200 ms/);
  });
});
