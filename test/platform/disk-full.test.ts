import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type SmallDisk, smallDisk } from "../support/small-disk.ts";
import { Account } from "./account.ts";
import { Load, type Sent } from "./load.ts";
import { TestPlatform } from "./platform.ts";

/** How long the disk stays full, in seconds. */
const SECONDS = Number(process.env.FULL_SECONDS ?? 10);

describe("a platform whose disk is full while orders arrive", () => {
  let disk: SmallDisk | undefined;
  let platform: TestPlatform | undefined;

  before(async function () {
    this.timeout(300_000);
    const made = smallDisk(512);
    if (typeof made === "string") {
      console.log(`      skipped: ${made}`);
      this.skip();
    }
    disk = made;
    platform = new TestPlatform(disk.path);
    await platform.up([], 280_000);
  });
  after(async function () {
    this.timeout(60_000);
    disk?.free();
    await platform?.interrupt();
    disk?.remove();
  });

  it("says it once, runs on, answers 503 at once, and is back within 10 s of the space with every order", async function () {
    this.timeout(180_000);
    const running = platform as TestPlatform;
    const { apiUrl } = running.outputs;
    const account = new Account(apiUrl, await running.token());
    await account.fund();
    const load = new Load({ apiUrl, token: await running.token(), perSecond: 50 });
    const count = (status: number) => load.sent.filter((one) => one.status === status).length;
    const reached = async (what: string, done: () => boolean, ms: number) => {
      const end = performance.now() + ms;
      while (!done()) {
        assert.ok(
          performance.now() < end,
          `${what} did not happen in ${ms} ms:\n${lately(load)}\n${running.log}`,
        );
        await sleep(50);
      }
    };
    await reached("100 orders", () => count(201) >= 100, 30_000);
    const logged = running.log.length;
    disk?.fill();
    await reached("a refusal", () => count(503) > 0, 60_000);
    const full = load.elapsed;
    await sleep(SECONDS * 1000);
    const freed = load.elapsed;
    disk?.free();
    await reached("an order after there was space", () => late(load.sent, freed), 10_000);
    const sent = await load.stop();

    const times = () => running.log.slice(logged).split("disk of").length - 1;
    await reached("a word of the space", () => times() >= 2, 10_000);
    const said = running.log.slice(logged);
    assert.equal(times(), 2, said);
    assert.doesNotMatch(said, /can't handle/);
    const during = sent.filter(({ at }) => at > full + 1000 && at < freed - 1000);
    const statuses = Map.groupBy(during, ({ status, error }) => status ?? error ?? "none");
    console.log(
      `      while full: ${[...statuses].map(([status, all]) => `${all.length} × ${status}`).join(", ")}`,
    );
    assert.deepEqual(
      [...statuses.keys()].filter((status) => status !== 503 && status !== 201),
      [],
    );
    const slow = during.filter(({ ms }) => (ms ?? Infinity) > 1000);
    assert.ok(slow.length <= during.length / 100, `${slow.length} of ${during.length} took longer than 1 s`);

    const stored = new Map((await account.settled()).map((order) => [order.id, order.status]));
    const lost = sent.filter(({ status, id }) => status === 201 && !stored.has(id ?? ""));
    assert.deepEqual(lost, []);
  });
});

/** How the last orders were answered. */
function lately({ sent, elapsed }: Load): string {
  const last = sent.filter(({ at }) => at > elapsed - 10_000);
  const kinds = Map.groupBy(last, ({ status, error }) => String(status ?? error ?? "no answer"));
  return [...kinds].map(([kind, all]) => `${all.length} × ${kind}`).join(", ");
}

/** Whether an order that was sent after a time was accepted. */
function late(sent: readonly Sent[], after: number): boolean {
  return sent.some(({ at, status }) => at > after && status === 201);
}
