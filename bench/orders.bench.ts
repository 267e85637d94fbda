import { setTimeout as sleep } from "node:timers/promises";
import { dropImages } from "../test/services/pod.ts";
import { startPostgres } from "../test/services/postgres.ts";
import { migrate } from "../test/services/stack.ts";
import type { Benchmark, Side } from "./kit.ts";
import { type LoadResult, load, percentile } from "./load.ts";
import { fundUsers, orderRequests } from "./orders/clients.ts";
import { costs } from "./orders/costs.ts";
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
const COUNTS = `
  SELECT (SELECT count(*) FROM trading.order_events WHERE status = 'filled') AS filled,
         (SELECT count(*) FROM trading.open_orders) AS unfinished,
         (SELECT count(*) FROM transactions.reservations WHERE state = 'reserved')
           + (SELECT count(*) FROM portfolio.reservations WHERE state = 'reserved') AS unsettled`;

interface Run {
  /** Whole orders a second. */
  rate: number;
  filled: number;
  elapsed: number;
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
  const settled = async () => {
    const deadline = performance.now() + SETTLE_TIMEOUT_MS;
    for (;;) {
      const { rows } = await postgres.query(COUNTS);
      const [filled, unfinished, unsettled] = ["filled", "unfinished", "unsettled"].map((key) =>
        Number(rows[0][key]),
      );
      if (unfinished === 0 && unsettled === 0) return filled ?? 0;
      if (performance.now() > deadline) throw new Error(`orders don't end: ${JSON.stringify(rows[0])}`);
      await sleep(20);
    }
  };

  const run = async (
    batching: boolean,
    through: "gateway" | "trading",
    connections: number,
  ): Promise<Run> => {
    const target = await services(batching);
    if (warm !== target) {
      // Not measured: the code of pods that just started isn't compiled yet.
      warm = target;
      await run(batching, through, CONNECTIONS);
    }
    const next = await orderRequests(target, through);
    const { port } = new URL(target.pods[through].url);
    const before = await settled();
    const started = performance.now();
    const result = await load({ port: Number(port), connections, seconds, next });
    const after = await settled();
    const elapsed = (performance.now() - started) / 1000;
    const accepted = result.statuses.get(201) ?? 0;
    const filled = after - before;
    if (filled !== accepted) {
      throw new Error(`${accepted} orders were accepted, ${filled} filled: ${statuses(result)}`);
    }
    return { rate: filled / elapsed, filled, elapsed, result };
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
    ],
    notes: async () => costs(postgres, await services(true), () => run(true, "gateway", CONNECTIONS)),
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
