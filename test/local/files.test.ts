import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readJsonFile, writeDurably } from "../../local/files.ts";

describe("durable files", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "trizone-files-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("hold what was asked for last, whole at every moment, for their owner alone", async () => {
    const file = join(folder, "one.json");
    const value = { count: 0, filler: "x".repeat(10_000) };
    const writes = Array.from({ length: 20 }, (_, count) => {
      value.count = count;
      return writeDurably(file, value);
    });
    await writes[0];
    let done = false;
    const all = Promise.all(writes).then(() => {
      done = true;
    });
    let seen = 0;
    while (!done) {
      const { count } = (await readJsonFile(file)) as { count: number };
      assert.ok(count >= seen);
      seen = count;
    }
    await all;
    assert.equal(((await readJsonFile(file)) as { count: number }).count, 19);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(folder), ["one.json"], "no draft is left");
  });

  it("take texts as they are, and go on after a write that failed", async () => {
    const file = join(folder, "later", "two.txt");
    await assert.rejects(writeDurably(file, "lost"), { code: "ENOENT" });
    await writeDurably(join(folder, "two.txt"), "a line\n");
    assert.equal(await readFile(join(folder, "two.txt"), "utf8"), "a line\n");
    await assert.rejects(readJsonFile(join(folder, "two.txt")), /two\.txt is not JSON/);
    assert.equal(await readJsonFile(join(folder, "none.json")), undefined);
  });
});
