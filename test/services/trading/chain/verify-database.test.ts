import assert from "node:assert/strict";
import pg from "pg";
import { connectionConfig } from "../../../../services/kit/database/index.ts";
import { type Audit, verifyChains } from "../../../../services/trading/chain/verify-database.ts";
import type { Order } from "../../../../services/trading/order.ts";
import { databaseEnv } from "../../../support/stack.ts";
import { BUY, startTrading, type TradingPods } from "../support.ts";

describe("the audit of events", () => {
  let market: TradingPods;
  before(async () => {
    market = await startTrading();
    await market.start();
    for (let round = 0; round < 3; round += 1) {
      const placed = await Promise.all(Array.from({ length: 8 }, () => market.place(BUY)));
      for (const response of placed) await market.ended(((await response.json()) as Order).id);
    }
  });
  after(() => market.stop());

  const config = () =>
    connectionConfig({ ...databaseEnv(market.postgres, "trading"), DATABASE_POOL_SIZE: 1 });
  const audit = async (): Promise<Audit> => verifyChains(await config());

  /** Runs statements as a superuser who has switched the triggers off, and looks what is found; then takes them back. */
  async function tamper(...statements: string[]): Promise<string[]> {
    await market.postgres.query(
      "DROP TABLE IF EXISTS saved; CREATE TABLE saved AS TABLE trading.order_events",
    );
    await market.postgres.query("CREATE TABLE saved_chains AS TABLE trading.event_chains");
    const off = "SET session_replication_role = replica;";
    await market.postgres.query(off + statements.join(";"));
    const { found } = await audit();
    await market.postgres.query(
      `${off} TRUNCATE trading.order_events; INSERT INTO trading.order_events TABLE saved; DROP TABLE saved;
      TRUNCATE trading.event_chains; INSERT INTO trading.event_chains TABLE saved_chains; DROP TABLE saved_chains`,
    );
    assert.deepEqual((await audit()).found, []);
    return found.map(({ what }) => what);
  }

  it("is whole after orders were worked", async () => {
    const { chains, events, found } = await audit();
    assert.deepEqual(found, []);
    assert.equal(events, 48);
    assert.ok(chains >= 2);
  });

  it("can't be changed by the service's own role, by the owner, or through a partition", async () => {
    const { rows } = await market.postgres.query(
      "SELECT inhrelid::regclass::text AS part FROM pg_inherits WHERE inhparent IN ('order_events'::regclass, 'orders'::regclass)",
    );
    const tables = ["order_events", "orders", "order_keys", "event_chains", ...rows.map(({ part }) => part)];
    assert.ok(tables.length >= 4 + 2 * 5, tables.join(", "));
    for (const [folder, refusal] of [
      [market.postgres.logins.trading, /permission denied/],
      [market.postgres.credentials, /only ever added to/],
    ] as const) {
      const client = new pg.Client(
        await connectionConfig({
          ...databaseEnv(market.postgres, "trading"),
          DATABASE_CREDENTIALS: folder,
          DATABASE_POOL_SIZE: 1,
        }),
      );
      await client.connect();
      await client.query("SET search_path = trading");
      for (const table of tables) {
        const column = table.startsWith("event") ? "body" : "user_id";
        const set = table.startsWith("order_events") ? "body" : column;
        for (const change of [`UPDATE ${table} SET ${set} = ''`, `DELETE FROM ${table}`, `TRUNCATE ${table}`])
          await assert.rejects(client.query(change), refusal, `${folder}: ${change}`);
      }
      await client.end();
    }
  });

  it("tells of an event that was changed, in its text or in its columns", async () => {
    const one = "WHERE ctid = (SELECT max(ctid) FROM order_events WHERE status = 'filled')";
    assert.deepEqual(
      await tamper(`UPDATE order_events SET body = replace(body, '"quantity":100', '"quantity":1') ${one}`),
      ["the event was changed"],
    );
    assert.deepEqual(await tamper(`UPDATE order_events SET status = 'cancelled' ${one}`), [
      "the columns differ from the event's body",
    ]);
  });

  it("tells of an event that was deleted, put elsewhere, or put in", async () => {
    const middle = "WHERE link = 5 AND chain = (SELECT min(chain) FROM order_events)";
    assert.match((await tamper(`DELETE FROM order_events ${middle}`)).join(), /links 5 to 5 are missing/);
    const swap =
      "UPDATE order_events SET link = 11 - link WHERE link IN (5, 6) AND chain = (SELECT min(chain) FROM order_events)";
    assert.ok((await tamper(swap)).filter((what) => what === "the event was changed").length >= 2);
    const copy = `INSERT INTO order_events SELECT * FROM order_events ${middle}`;
    assert.deepEqual(await tamper(copy), ["the link is there twice"]);
  });

  it("tells when the last events are gone, and when all are", async () => {
    const last = "DELETE FROM order_events WHERE link > 20";
    assert.match((await tamper(last)).join(), /events of order .* are missing/);
    assert.match((await tamper("TRUNCATE order_events")).join(), /events of order .* are missing/);
  });

  it("tells of a chain whose entry was changed or is gone", async () => {
    assert.match(
      (await tamper("UPDATE event_chains SET body = body || ' ' WHERE chain = 1")).join(),
      /entry was changed/,
    );
    assert.match(
      (await tamper("DELETE FROM event_chains WHERE chain = 1")).join(),
      /chains 1 to 1 are missing.*no entry/,
    );
  });
});
