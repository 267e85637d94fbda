import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { isWhole } from "../../local/status.ts";
import { Account } from "./account.ts";
import { Load, type Sent } from "./load.ts";
import type { TestPlatform } from "./platform.ts";
import { shared } from "./shared.ts";

/** How long requests may fail after a zone is lost, without the database and with it, in milliseconds. */
const [graceMs, failoverMs] = [5000, 8000];

/**
 * Orders a second. Not more: a zone's pods that start again take both cores of a small machine for seconds, and an order
 * costs some 30 ms of them while pods are new; whether there is room for every order then is another question than
 * whether one is lost.
 */
const RATE = Math.min(60, 10 * availableParallelism());
/** For a lost zone's pods to start again one after the other, beside the load. */
const HEAL_MS = 120_000;

function none(orders: Sent[], what: string, more: (order: Sent) => unknown = (order) => order): void {
  const examples = orders.slice(0, 5).map(more);
  assert.equal(orders.length, 0, `${orders.length} orders ${what}, such as ${JSON.stringify(examples)}`);
}

describe("a zone", () => {
  let platform: TestPlatform;
  let token: string;
  let account: Account;
  let load: Load | undefined;

  before(async function () {
    this.timeout(150_000);
    platform = await shared();
    token = await platform.token();
    account = new Account(platform.outputs.apiUrl, token);
    await account.fund();
  });

  // Of a test that failed half-way, too: the tests after it would get its orders beside their own.
  afterEach(async () => {
    await load?.stop();
    load = undefined;
  });

  const startLoad = () => {
    load = new Load({ apiUrl: platform.outputs.apiUrl, token, perSecond: RATE });
    return load;
  };

  /** Loses a zone under load and returns when it is back; the zone of the database's primary or another. */
  async function lose(action: "kill" | "freeze" | "cut", zone: string, graceMs: number): Promise<void> {
    const load = startLoad();
    await sleep(1000);
    await platform.trizone("zone", action, zone);
    const lost = load.elapsed;
    await sleep(graceMs + 2500);
    await platform.trizone("zone", "heal", zone);
    const healedAt = load.elapsed;
    await platform.until(isWhole, HEAL_MS);
    const sent = await load.stop();

    const late = sent.filter(({ at }) => at > lost + graceMs);
    const failed = late.filter(({ status }) => status !== 201);
    assert.ok(late.length > 2 * RATE, `only ${late.length} orders were sent after ${graceMs} ms`);
    // When, and with what answers: a stall after the heal is another fault than one that never ended.
    const seconds = (ms: number) => Math.round(ms / 1000);
    const [first, last] = [failed.at(0)?.at ?? 0, failed.at(-1)?.at ?? 0];
    const spell = `lost at ${seconds(lost)} s, healed at ${seconds(healedAt)} s, failed from ${seconds(first)} to ${seconds(last)} s`;
    none(failed, `of ${late.length} failed after the grace period (${spell})`);
    // Each zone's pod of trading holds some shards: also the lost one's orders have to come to their ends.
    const orders = new Map((await account.settled()).map((order) => [order.id, order]));
    const acknowledged = sent.filter(({ status }) => status === 201);
    none(
      acknowledged.filter(({ id }) => !orders.has(id ?? "")),
      "are lost though acknowledged",
    );
    none(
      acknowledged.filter(({ id }) => orders.get(id ?? "")?.status !== "filled"),
      "were acknowledged and not filled",
      (sent) => orders.get(sent.id ?? ""),
    );
  }

  const primary = async () => (await platform.status()).databases[0]?.primaryZone ?? "";
  const other = async () =>
    platform.outputs.zones.map(({ name }) => name).find((name) => name !== current) ?? "";
  let current = "";

  for (const action of ["kill", "freeze", "cut"] as const) {
    it(`costs no order when it is lost with the database (${action})`, async function () {
      this.timeout(240_000);
      const zone = await primary();
      await lose(action, zone, failoverMs);
      assert.notEqual(await primary(), zone, "it stays where it went");
    });
  }

  for (const action of ["kill", "freeze"] as const) {
    it(`costs no order when it is lost without the database (${action})`, async function () {
      this.timeout(240_000);
      current = await primary();
      await lose(action, await other(), graceMs);
    });
  }

  it("takes no new request within 2 s of a shift away from it, and some again after the cancel", async function () {
    this.timeout(60_000);
    const load = startLoad();
    const started = await platform.trizone(
      "shift",
      "start",
      "--away-from",
      "c",
      "--expires-in",
      "30m",
      "--comment",
      "drill",
      "--keep-database",
    );
    const shifted = load.elapsed;
    await sleep(5000);
    const id = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(started)?.[0] ?? "";
    const cancelling = load.elapsed;
    await platform.trizone("shift", "cancel", id);
    const cancelled = load.elapsed;
    await sleep(3000);
    const sent = await load.stop();
    none(
      sent.filter(({ status }) => status !== 201),
      "failed",
    );
    const inC = ({ zone }: { zone?: string }) => zone === "ap-southeast-2c";
    none(
      sent.filter((one) => one.at > shifted + 2000 && one.at < cancelling && inC(one)),
      "reached zone c",
    );
    assert.ok(
      sent.some((one) => one.at > cancelled + 2000 && inC(one)),
      "zone c takes nothing again",
    );
  });

  it("is refused to a shift that makes no sense, with what to do", async function () {
    this.timeout(120_000);
    const shift = (...args: string[]) => platform.trizone("shift", "start", "--comment", "drill", ...args);
    await Promise.all([
      assert.rejects(shift("--away-from", "d", "--expires-in", "30m"), /there is no zone "d"/),
      assert.rejects(shift("--away-from", "c", "--expires-in", "100h"), /72/),
    ]);
    await shift("--away-from", "c", "--expires-in", "1m");
    await assert.rejects(shift("--away-from", "b", "--expires-in", "1m"), /ZonalShiftAlreadyExists/);
    await platform.trizone("shift", "cancel", "--all");
  });
});
