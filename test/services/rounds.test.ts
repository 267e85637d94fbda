import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { checkChains, checkOrders } from "./rounds/check-events.ts";
import { checkLedgers } from "./rounds/check-ledgers.ts";
import { Client } from "./rounds/client.ts";
import { BLOCK, drawFaults } from "./rounds/faults.ts";
import { Load } from "./rounds/load.ts";
import { SeededRandom } from "./rounds/random.ts";
import { ClientRecord, cents } from "./rounds/record.ts";
import { recovered } from "./rounds/recovery.ts";
import { playRound } from "./rounds/round.ts";
import { RunningServices } from "./rounds/running-services.ts";

const ROUNDS = Number(process.env.ROUNDS ?? 1);
const SEED = Number(process.env.SEED ?? randomInt(2 ** 31));
const PER_SECOND = 200;

/**
 * `SEED=… ROUNDS=1000 npx mocha test/services/rounds.test.ts`. The seed draws the faults, their moments and what clients
 * want; how the processes' work falls in between, it can't. `LOGS=<folder>` keeps what the pods wrote when a round fails.
 */
describe(`${ROUNDS === 1 ? "one round" : `${ROUNDS} rounds`} of kill -9 under load (SEED=${SEED})`, () => {
  let services: RunningServices;
  let client: Client;
  let load: Load;
  const record = new ClientRecord();

  before(async function () {
    this.timeout(300_000);
    services = await RunningServices.start();
    client = new Client();
    load = new Load({ services, client, record, random: new SeededRandom(SEED), perSecond: PER_SECOND });
    await load.fund();
  });
  after(async function () {
    this.timeout(60_000);
    await client?.close();
    await services?.stop();
  });

  // What comes after a failure has nothing to stand on. Mocha's own `bail` looks at the failures of the whole run.
  let failed: string | undefined;
  beforeEach(function () {
    if (failed === undefined) return;
    console.log(`      not tried, since this failed before: ${failed}`);
    this.skip();
  });
  afterEach(function () {
    if (this.currentTest?.state === "failed") failed ??= this.currentTest.title;
  });

  async function checkAll(): Promise<void> {
    const { postgres } = services.server;
    await checkOrders(postgres, record);
    await checkLedgers(postgres, record);
    await checkChains(postgres);
  }

  for (let first = 1; first <= ROUNDS; first += BLOCK) {
    const count = Math.min(BLOCK, ROUNDS - first + 1);
    it(`lose, double and forget nothing (${first} to ${first + count - 1})`, async function () {
      this.timeout(count * 60_000);
      load.start();
      let worst = { ms: 0, fault: "" };
      try {
        for (const [i, fault] of drawFaults(new SeededRandom(SEED, first)).slice(0, count).entries()) {
          const ms = await playRound(services, load, fault, new SeededRandom(SEED, first + i, 1));
          if (ms > worst.ms) worst = { ms, fault: fault.name };
        }
        await load.stop();
      } catch (error) {
        load.halt();
        await services.saveLogs();
        throw error;
      }
      await load.cancelAll();
      await recovered(services.server.postgres);
      await checkAll();
      // In few rounds it may be that others took over all that a killed pod did.
      if (count >= 5) assert.ok(client.tries.lost + client.tries.refused > 0, "no client noticed anything");
      const { ms, fault } = worst;
      console.log(
        `      ${record.orders.size} orders, all at their ends at most ${ms.toFixed()} ms after a recovery (of ${fault})`,
      );
    });
  }

  const unseen: [what: string, change: string, back: string, message: RegExp][] = [
    [
      "a cent too much on an account",
      "UPDATE accounts SET balance = balance + 0.01 WHERE user_id = 'user-0'",
      "UPDATE accounts SET balance = balance - 0.01 WHERE user_id = 'user-0'",
      /disagreements/,
    ],
    [
      "a share that nobody bought",
      "UPDATE holdings SET quantity = quantity + 1 WHERE user_id = 'user-0' AND symbol = 'BHP'",
      "UPDATE holdings SET quantity = quantity - 1 WHERE user_id = 'user-0' AND symbol = 'BHP'",
      /holding of user-0 BHP/,
    ],
    [
      "a cent of a holding's cost",
      "UPDATE holdings SET realised = realised - 0.01 WHERE user_id = 'user-0' AND symbol = 'BHP'",
      "UPDATE holdings SET realised = realised + 0.01 WHERE user_id = 'user-0' AND symbol = 'BHP'",
      /cost less what was realised/,
    ],
    [
      "a fill that is booked twice",
      "INSERT INTO transfers (reference, fill, kind, debit_account, credit_account, amount, at) " +
        "SELECT reference, fill || '-2', kind, debit_account, credit_account, amount, at FROM transfers " +
        "WHERE kind = 'buy' ORDER BY reference LIMIT 1",
      "DELETE FROM transfers WHERE fill LIKE '%-2' AND debit_line IS NULL AND credit_line IS NULL",
      /FULL JOIN/,
    ],
    [
      "an event whose text was changed",
      "UPDATE order_events SET body = replace(body, '\"buy\"', '\"bye\"') WHERE (order_id, version) = " +
        "(SELECT order_id, version FROM order_events WHERE version = 0 AND body LIKE '%\"buy\"%' LIMIT 1)",
      "UPDATE order_events SET body = replace(body, '\"bye\"', '\"buy\"') WHERE body LIKE '%\"bye\"%'",
      /the event was changed/,
    ],
    [
      "an order that stays unfinished",
      "UPDATE order_events SET status = 'open' WHERE ctid = (SELECT max(ctid) FROM order_events WHERE status = 'rejected')",
      "UPDATE order_events SET status = body::jsonb ->> 'status' WHERE status <> body::jsonb ->> 'status'",
      /ended/,
    ],
  ];
  for (const [what, change, back, message] of unseen) {
    it(`would show ${what}`, async () => {
      const off = "SET session_replication_role = replica;";
      await services.server.postgres.query(off + change);
      try {
        await assert.rejects(checkAll(), message);
      } finally {
        await services.server.postgres.query(off + back);
      }
    });
  }

  it("would show an acknowledged order that is lost, and one that is there twice", async () => {
    record.acknowledged("user-0", "never-sent", "00000000-0000-7000-8000-000000000000");
    await assert.rejects(checkAll(), /never-sent/);
    record.orders.delete("user-0 never-sent");
    const [key, id] = [...record.orders][0] as [string, string];
    record.orders.delete(key);
    await assert.rejects(checkAll(), /nobody placed/);
    record.orders.set(key, id);
  });

  it("would show money that was paid in and is gone", async () => {
    record.moved("user-0", cents("0.01"));
    await assert.rejects(checkAll(), /cash of user-0/);
    record.moved("user-0", -cents("0.01"));
    await checkAll();
  });
});
