import assert from "node:assert/strict";
import { Memory } from "../../../local/issuer/memory.ts";

describe("the issuer's memory", () => {
  it("is bounded and forgets the oldest", async () => {
    const memory = new Memory();
    for (let index = 0; index < 5_010; index += 1)
      await memory.upsert(`id-${index}`, { uid: `uid-${index}` }, 60);
    assert.equal(await memory.find("id-9"), undefined);
    assert.equal((await memory.findByUid("uid-10"))?.uid, "uid-10");
    assert.ok(await memory.find("id-5009"));
  });

  it("forgets what expired before what is young", async () => {
    const memory = new Memory();
    await memory.upsert("kept", { uid: "kept" }, 60);
    for (let index = 0; index < 5_000; index += 1) await memory.upsert(`id-${index}`, {}, -1);
    assert.ok(await memory.find("kept"));
    assert.equal(await memory.find("id-4999"), undefined);
  });

  it("revokes all that a grant gave, and marks a code as used", async () => {
    const memory = new Memory();
    await memory.upsert("one", { grantId: "g" }, 60);
    await memory.upsert("two", { grantId: "h" }, 60);
    await memory.revokeByGrantId("g");
    await memory.consume("two");
    assert.equal(await memory.find("one"), undefined);
    assert.ok((await memory.find("two"))?.consumed);
    await memory.destroy("two");
    assert.equal(await memory.find("two"), undefined);
  });
});
