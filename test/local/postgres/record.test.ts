import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RecordStore } from "../../../local/postgres/record.ts";

describe("the instance's record", () => {
  it("keeps updates in order, and leaves no temporary file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "trizone-record-"));
    const record = { format: 2 as const, major: "16", created: true, zone: "a", failovers: 0 };
    const store = await RecordStore.create(folder, { ...record, adminPassword: "x".repeat(16) });
    for (let failovers = 0; failovers < 20; failovers += 1) await store.update({ failovers });
    assert.equal(JSON.parse(await readFile(join(folder, "instance.json"), "utf8")).failovers, 19);
    assert.equal((await RecordStore.load(folder))?.current.failovers, 19);
    assert.deepEqual(await readdir(folder), ["instance.json"]);
    await rm(folder, { recursive: true });
    await assert.rejects(store.update({ failovers: 99 }), /instance\.json can't be written/);
    assert.equal(store.current.failovers, 19);
  });
});
