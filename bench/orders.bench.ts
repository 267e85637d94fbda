import { setTimeout as sleep } from "node:timers/promises";
import { dropImages } from "../test/services/pod.ts";
import { startPostgres } from "../test/services/postgres.ts";
import { migrate } from "../test/services/stack.ts";
import type { Benchmark, Side } from "./kit.ts";
import { type LoadResult, load, percentile } from "./load.ts";
import { fundUsers, orderRequests } from "./orders/clients.ts";
import { costs } from "./orders/costs.ts";
import { deliveries, PROMISED_MS, p99 } from "./orders/delivery.ts";
import { preparePeer, transfers } from "./orders/pgbench.ts";
import { type Services, startServices } from "./orders/services.ts";

/** As RDS runs it: durable, with memory and log of a size that checkpoints don't rule a short run. */
const PARAMETERS = {
  fsync: "on",
  synchronous_commit: "on",
  shared_buffers: "512MB",
  max_connections: "200",
  max_wal_size: "4GB",
};
const CONNECTIONS = 64;
const SETTLE_TIMEOUT_MS = 60_000;
/** Nothing is on its way: no order without an end, and both ledgers have applied the last event. Cheap to ask. */
const AT_REST = `
  WITH head AS (SELECT xid, chain, link FROM trading.order_events WHERE fed ORDER BY xid DESC, chain DESC, link DESC LIMIT 1)
  SELECT NOT EXISTS (SELECT FROM trading.open_orders)
     AND (SELECT coalesce(bool_and(p.position = concat_ws('.', h.xid, h.chain, h.link)), true)
          FROM head h, (SELECT position FROM transactions.feed_positions UNION ALL
                        SELECT position FROM portfolio.feed_positions) p) AS at_rest`;
const FILLED = "SELECT count(*) AS filled FROM trading.order_events WHERE status = 'filled'";

interface Run {
  /** Whole orders a second. */
  rate: number;
  filled: number;
  elapsed: number;
  /** What each of the clocks that were given went on by, in milliseconds. */
  cpu: number[];
  result: LoadResult;
}

/** Whole orders, from the request to the settled cash, against pgbench moving money between two rows. */
export default async function orders({
  seconds,
  say,
}: {
  seconds: number;
  say: (text: string) => void;
}): Promise<Benchmark> {
  const postgres = await startPostgres(PARAMETERS);
  await migrate(postgres);
  await preparePeer(postgres);
  let running: { services: Services; batching: boolean } | undefined;

  /** The services in the wanted mode, started anew when they run in the other. */
  const services = async (batching: boolean): Promise<Services> => {
    if (running?.batching === batching) return running.services;
    await running?.services.stop();
    running = undefined;
    const started = await startServices(postgres, { batching });
    running = { services: started, batching };
    return started;
  };
  await fundUsers(await services(true));
  let warm: Services | undefined;

  /** Resolves once every order has ended and both ledgers have booked it. */
  const atRest = async (): Promise<void> => {
    const deadline = performance.now() + SETTLE_TIMEOUT_MS;
    while (!(await postgres.query(AT_REST)).rows[0].at_rest) {
      if (performance.now() > deadline) throw new Error("orders don't end, or their events don't arrive");
      await sleep(20);
    }
  };
  const countFilled = async (): Promise<number> => Number((await postgres.query(FILLED)).rows[0].filled);

  /** The services once they ran for a while: the code of pods that just started isn't compiled yet. */
  const warmed = async (batching: boolean, through: "gateway" | "trading"): Promise<Services> => {
    const target = await services(batching);
    if (warm !== target) {
      warm = target;
      await run(batching, through, CONNECTIONS);
    }
    return target;
  };

  const run = async (
    batching: boolean,
    through: "gateway" | "trading",
    connections: number,
    readCpu: () => Promise<number[]> = async () => [],
  ): Promise<Run> => {
    const target = await warmed(batching, through);
    const next = await orderRequests(target, through);
    const { port } = new URL(target.pods[through].url);
    await atRest();
    const before = await countFilled();
    const cpuBefore = await readCpu();
    const started = performance.now();
    const result = await load({ port: Number(port), connections, seconds, next });
    await atRest();
    const elapsed = (performance.now() - started) / 1000;
    const cpu = (await readCpu()).map((value, i) => value - (cpuBefore[i] ?? 0));
    const accepted = result.statuses.get(201) ?? 0;
    const filled = (await countFilled()) - before;
    if (filled !== accepted) {
      throw new Error(`${accepted} orders were accepted, ${filled} filled: ${statuses(result)}`);
    }
    return { rate: filled / elapsed, filled, elapsed, cpu, result };
  };
  const throughput = (name: string, batching: boolean, through: "gateway" | "trading"): Side => ({
    name,
    measure: async () => {
      const { rate, result } = await run(batching, through, CONNECTIONS);
      say(`  ${statuses(result)}; p50 ${show(result, 0.5)} ms, p99 ${show(result, 0.99)} ms`);
      return rate;
    },
  });
  const latency = (name: string, batching: boolean): Side => ({
    name,
    measure: async () => percentile((await run(batching, "trading", 1)).result.latencies, 0.5),
  });
  const delivery: Side = {
    name: "whole orders through the gateway",
    measure: async () => {
      const { trading } = (await warmed(true, "gateway")).pods;
      const before = await deliveries(trading);
      await run(true, "gateway", CONNECTIONS);
      return p99(before, await deliveries(trading));
    },
  };
  const pgbench: Side = { name: "pgbench", measure: () => transfers(postgres, CONNECTIONS, seconds) };
  const unit = "orders/s";
  return {
    comparisons: [
      {
        name: "orders",
        unit,
        ours: throughput("whole orders through the gateway", true, "gateway"),
        peer: pgbench,
        atLeast: 0.4,
      },
      {
        name: "orders-at-trading",
        unit,
        ours: throughput("whole orders at trading's port", true, "trading"),
        peer: pgbench,
        atLeast: 0.4,
      },
      {
        name: "orders-batching",
        unit,
        ours: throughput("batched", true, "trading"),
        peer: throughput("each by itself", false, "trading"),
        atLeast: 2.5,
      },
      {
        name: "orders-latency",
        unit: "ms (median, one connection)",
        ours: latency("batched", true),
        peer: latency("each by itself", false),
        lessIsBetter: true,
        atLeast: 1 / 1.05,
      },
      {
        name: "orders-delivery",
        unit: "ms (99th percentile from an event's commit to its consumer)",
        ours: delivery,
        peer: { name: "what is promised", measure: async () => PROMISED_MS },
        lessIsBetter: true,
        atLeast: 1,
      },
    ],
    notes: async () =>
      costs(postgres, await services(true), (read) => run(true, "gateway", CONNECTIONS, read)),
    stop: async () => {
      await running?.services.stop();
      await postgres.stop();
      await dropImages();
    },
  };
}

function statuses({ statuses: seen, broken }: LoadResult): string {
  const counts = [...seen].map(([status, count]) => `${count} × ${status}`);
  return [...counts, ...(broken > 0 ? [`${broken} broken`] : [])].join(", ");
}

const show = ({ latencies }: LoadResult, share: number) => percentile(latencies, share).toFixed(1);
