import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { restoreBackup, takeBackup } from "../../ops/backup/index.ts";
import { TestPlatform } from "../platform/platform.ts";
import { CommandFixture } from "./command-fixture.ts";

describe("a backup of the platform on this machine", function () {
  this.timeout(900_000);

  it("brings back the orders from before it, and no later ones", async () => {
    const platform = new TestPlatform();
    const target = join(mkdtempSync(join(tmpdir(), "trizone-backup-")), "monday");
    const call = async (path: string, body?: object) => {
      const { apiUrl } = platform.outputs;
      const response = await fetch(`${apiUrl}/${path}`, {
        method: body ? "POST" : "GET",
        headers: {
          authorization: `Bearer ${await platform.trizone("token")}`,
          "content-type": "application/json",
          "idempotency-key": crypto.randomUUID(),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(60_000),
      });
      assert.ok(response.ok, `${path} answered ${response.status}`);
      return (await response.json()) as { id: string; items: { id: string }[] };
    };
    const order = { symbol: "CBA", side: "buy", type: "market", quantity: 1 };
    try {
      await platform.up([], 400_000);
      await call("transactions", { kind: "deposit", currency: "AUD", amount: "10000.00" });
      const before = await call("orders", order);
      await assert.rejects(platform.trizone("backup", target), /the platform runs; end it first/);
      await platform.interrupt();
      const taken = JSON.parse(await platform.trizone("backup", target, "--json"));
      await platform.up([], 400_000);
      const later = await call("orders", order);
      await platform.interrupt();
      const restored = JSON.parse(await platform.trizone("restore", target, "--json"));
      assert.ok(restored.rpoSeconds >= (Date.now() - Date.parse(taken.takenAt)) / 1000 - 60);
      const startMs = await platform.up([], 400_000);
      const ids = (await call("orders")).items.map(({ id }) => id);
      assert.deepEqual([ids.includes(before.id), ids.includes(later.id)], [true, false]);
      console.log(
        `        RTO ${(restored.seconds + startMs / 1000).toFixed(1)} s, RPO ${restored.rpoSeconds.toFixed(1)} s`,
      );
    } finally {
      await platform.dispose();
      rmSync(join(target, ".."), { recursive: true });
    }
  });

  it("is refused where there is nothing, is something else, or isn't whole", async () => {
    using fixture = new CommandFixture();
    const state = join(fixture.folder, "state");
    const target = join(fixture.folder, "backup");
    await assert.rejects(takeBackup(state, target), /has no database to copy/);
    fixture.file("state/postgres/data", "rows");
    fixture.file("state/logs/one.log", "");
    fixture.file("state/arc.json", "{}");
    await takeBackup(state, target);
    await assert.rejects(takeBackup(state, target), /exists; name a folder/);
    assert.ok(!existsSync(join(target, "logs")));
    writeFileSync(join(state, "postgres/data"), "other rows");
    await restoreBackup(state, target);
    assert.equal(readFileSync(join(state, "postgres/data"), "utf8"), "rows");
    assert.equal(readFileSync(join(state, "before-restore/postgres/data"), "utf8"), "other rows");
    writeFileSync(join(target, "postgres/data"), "row");
    await assert.rejects(restoreBackup(state, target), /is not whole.*nothing was changed/);
    assert.equal(readFileSync(join(state, "postgres/data"), "utf8"), "rows");
    await assert.rejects(restoreBackup(state, fixture.folder), /is no backup/);
  });
});
