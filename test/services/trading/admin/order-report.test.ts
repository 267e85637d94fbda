import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { uuid7 } from "../../../../services/kit/uuid.ts";
import type { OrderReport } from "../../../../services/trading/admin/order-report.ts";
import type { Order } from "../../../../services/trading/order.ts";
import { BUY, startTrading, type TradingPods } from "../support.ts";

const PROGRAM = join(import.meta.dirname, "../../../../bin/trizone.cjs");

describe("trizone reconcile-order", () => {
  let market: TradingPods;
  before(async () => {
    market = await startTrading();
    await market.start();
  });
  after(() => market.stop());

  const admin = () => market.pods.at(-1)?.admin ?? "";
  const report = async (id: string) =>
    (await (await fetch(`${admin()}/orders/${id}/report`)).json()) as OrderReport;
  const redrive = (id: string) => fetch(`${admin()}/orders/${id}/redrive`, { method: "POST" });
  const place = async () => ((await (await market.place(BUY)).json()) as Order).id;

  it("reports an order that nothing is wrong with, and offers no repair", async () => {
    const id = await place();
    await market.ended(id);
    const { stdout } = await promisify(execFile)(process.execPath, [
      PROGRAM,
      "reconcile-order",
      id,
      "--admin",
      admin(),
    ]);
    assert.match(stdout, new RegExp(`order ${id}: buy 100 BHP for ana, filled`));
    assert.match(stdout, /placed +accepted .*yes\n.*fill +filled .*yes/);
    assert.match(stdout, /All is as it should be/);
    assert.equal((await redrive(id)).status, 409);
  });

  it("says so when there is no such order", async () => {
    for (const id of [uuid7(), "nonsense"]) {
      const run = promisify(execFile)(process.execPath, [PROGRAM, "reconcile-order", id, "--admin", admin()]);
      await assert.rejects(run, /There is no order of this id/);
    }
  });

  it("finds and mends an order whose worker has forgotten it", async () => {
    market.cash.outcome = () => "hang";
    const id = await place();
    // Placed a while ago, as far as the database knows, and out of the poll's sight.
    const time = Date.now() - 30_000;
    const old = uuid7(time);
    const change = (table: string, column: string, more = "") =>
      market.postgres.query(
        `SET session_replication_role = replica; UPDATE ${table} SET ${column} = '${old}'${more} WHERE ${column} = '${id}'`,
      );
    const created = `, created_at = '${new Date(time).toISOString()}'`;
    await change("orders", "id", created);
    await change("open_orders", "id", created);
    await change("order_keys", "order_id", created);
    await change("order_events", "order_id");
    const { problems, repair } = await report(old);
    assert.match(problems.join(), /accepted a while ago and is not executed/);
    assert.match(repair?.lease ?? "", /^shard-\d$/);
    assert.equal((await redrive(old)).status, 202);
    market.cash.outcome = () => "reserved";
    assert.equal((await market.ended(old)).status, "filled");
  });

  it("tells of an event that was changed", async () => {
    const id = await place();
    await market.ended(id);
    await market.postgres.query(
      `SET session_replication_role = replica; UPDATE order_events SET body = replace(body, 'BHP', 'CBA') WHERE order_id = '${id}' AND version = 1`,
    );
    assert.match((await report(id)).problems.join(), /was changed after it was stored/);
    const audit = (await (await fetch(`${admin()}/audit`)).json()) as { found: { what: string }[] };
    assert.ok(audit.found.some(({ what }) => what === "the event was changed"));
  });
});
