import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type RunningPod, startPod } from "../../support/pod.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { type SmallDisk, smallDisk } from "../../support/small-disk.ts";
import { databaseEnv, migrate, NO_LEDGERS } from "../../support/stack.ts";

/** Milliseconds in which every order must have an answer. */
const AT_ONCE = 1000;

describe("trading on a database whose disk is full", () => {
  let disk: SmallDisk | undefined;
  let postgres: TestPostgres | undefined;
  let pod: RunningPod | undefined;

  before(async function () {
    const made = smallDisk(400);
    if (typeof made === "string") {
      console.log(`      skipped: ${made}`);
      this.skip();
    }
    disk = made;
    const { TMPDIR } = process.env;
    process.env.TMPDIR = disk.path;
    try {
      postgres = await startPostgres();
    } finally {
      process.env.TMPDIR = TMPDIR;
      if (TMPDIR === undefined) delete process.env.TMPDIR;
    }
    await migrate(postgres);
    pod = await startPod("trading", { ...databaseEnv(postgres, "trading"), ...NO_LEDGERS });
  });
  after(async () => {
    disk?.free();
    await pod?.stop();
    await postgres?.stop();
    disk?.remove();
  });

  const place = async (padding = "") => {
    const started = performance.now();
    const response = await fetch(`${pod?.url}/api/orders`, {
      method: "POST",
      // A long key takes much space in the index of keys.
      headers: {
        "content-type": "application/json",
        "idempotency-key": randomUUID() + padding,
        "x-user-id": "ann",
      },
      body: JSON.stringify({ symbol: "BHP", side: "buy", type: "limit", quantity: 1, limitPrice: "40.00" }),
      signal: AbortSignal.timeout(10_000),
    });
    const { id } = (await response.json()) as { id?: string };
    return {
      status: response.status,
      id,
      retry: response.headers.get("retry-after"),
      ms: performance.now() - started,
    };
  };
  type Placed = Awaited<ReturnType<typeof place>>;

  it("answers 503 at once while there is no space, and goes on when there is, with all that it acknowledged", async () => {
    const acknowledged: string[] = [];
    const placeMany = async (until: (placed: Placed) => boolean, limitMs: number) => {
      const end = performance.now() + limitMs;
      for (;;) {
        const batch = await Promise.all(Array.from({ length: 10 }, () => place("x".repeat(80))));
        for (const placed of batch) {
          assert.ok([201, 503].includes(placed.status), `status ${placed.status}`);
          assert.ok(placed.status === 201 || placed.retry, "503 without Retry-After");
          if (placed.status === 201) acknowledged.push(placed.id ?? "");
        }
        if (batch.some(until)) return batch;
        assert.ok(performance.now() < end, "it did not come to that");
      }
    };
    await placeMany(({ status }) => status === 201, 10_000);
    disk?.fill();
    await placeMany(({ status }) => status === 503, 30_000);
    for (let round = 0; round < 5; round += 1) {
      const batch = await Promise.all(Array.from({ length: 10 }, () => place()));
      for (const { status, ms, id } of batch) {
        if (status === 201) acknowledged.push(id ?? "");
        assert.ok([201, 503].includes(status), `status ${status}`);
        assert.ok(ms < AT_ONCE, `an answer took ${Math.round(ms)} ms`);
      }
      await sleep(100);
    }
    assert.equal((await fetch(`${pod?.admin}/livez`)).status, 200);
    disk?.free();
    // The platform starts again what could not go on; here the test stands in for it.
    await postgres?.query("SELECT 1").catch(() => postgres?.start());
    await placeMany(({ status }) => status === 201, 10_000);
    const { rows } = (await postgres?.query("SELECT id FROM orders")) ?? { rows: [] };
    const stored = new Set(rows.map(({ id }) => id));
    assert.deepEqual(
      acknowledged.filter((id) => !stored.has(id)),
      [],
    );
    const failed =
      pod
        ?.output()
        .split("\n")
        .filter((line) => line.includes(`"request failed"`)) ?? [];
    assert.ok(failed.length > 0);
    for (const line of failed) assert.ok(line.length < 1000, `a line of ${line.length} characters: ${line}`);
  }).timeout(90_000);
});
