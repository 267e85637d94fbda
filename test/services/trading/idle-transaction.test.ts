import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { connectionConfig } from "../../../services/kit/database/index.ts";
import { DATA_SERVICES } from "../../support/postgres.ts";
import { connectAs, databaseEnv } from "../../support/stack.ts";
import { startTrading, type TradingPods } from "./support.ts";

describe("a transaction that is left open", () => {
  let market: TradingPods;
  before(async () => {
    market = await startTrading();
    await market.start();
  });
  after(() => market.stop());

  it("is bounded for every login, as is a statement of a service's", async () => {
    const { postgres } = market;
    const shown = async (client: pg.Client) => {
      const { rows } = await client.query(
        "SELECT current_setting('statement_timeout') AS statement, current_setting('idle_in_transaction_session_timeout') AS idle",
      );
      await client.end();
      return rows[0];
    };
    for (const service of DATA_SERVICES) {
      assert.deepEqual(
        await shown(await connectAs(postgres, service)),
        { statement: "1500ms", idle: "5s" },
        service,
      );
      const role = `${service.replace("-", "_")}_b`;
      const { rows } = await postgres.query("SELECT rolconfig FROM pg_roles WHERE rolname = $1", [role]);
      assert.ok(rows[0].rolconfig.includes("statement_timeout=1500ms"), role);
      assert.ok(rows[0].rolconfig.includes("idle_in_transaction_session_timeout=5s"), role);
    }
    const owner = { ...databaseEnv(postgres, "trading"), DATABASE_CREDENTIALS: postgres.credentials };
    const client = new pg.Client(await connectionConfig({ ...owner, DATABASE_POOL_SIZE: 1 }));
    await client.connect();
    assert.equal((await shown(client)).idle, "10s");
  });

  it("shows in a metric, and stalls orders no longer than the database lets it idle", async () => {
    const frozen = await connectAs(market.postgres, "trading");
    const errors: (Error & { code?: string })[] = [];
    frozen.on("error", (error) => errors.push(error));
    const ended = new Promise((resolve) => frozen.once("end", resolve));
    await frozen.query("BEGIN");
    await frozen.query("SELECT FROM leases WHERE name LIKE 'shard-%' FOR UPDATE");
    const started = performance.now();
    const placed = await market.place();
    const { id } = (await placed.json()) as { id: string };
    let most = 0;
    const metric = async () => {
      const text = await (await fetch(`${market.pods[0]?.admin}/metrics`)).text();
      const [, value = "0"] = /^database_oldest_transaction_seconds\{[^}]*\} (\S+)/m.exec(text) ?? [];
      most = Math.max(most, Number(value));
    };
    let open = true;
    const closed = ended.then(() => {
      open = false;
    });
    while (open) {
      await metric();
      await Promise.race([closed, sleep(200)]);
    }
    assert.equal(errors[0]?.code, "25P03");
    assert.ok(performance.now() - started < 8000);
    assert.ok(most > 1.5, `the metric said ${most} s at most`);
    assert.equal((await market.ended(id)).status, "filled");
  });
});
