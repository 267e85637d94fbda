import type { Benchmark, Side } from "./kit.ts";
import { type LoadResult, percentile } from "./load.ts";
import { costs } from "./orders/costs.ts";
import { deliveries, PROMISED_MS, p99 } from "./orders/delivery.ts";
import { preparePeer, transfers } from "./orders/pgbench.ts";
import { answers, OrderWorld, type RunArgs } from "./orders/world.ts";

const CONNECTIONS = 64;
/** The share of its most at which a system is run that has to bear a peak. */
const BUSY = 0.8;

/** Whole orders, from the request to the settled cash, against pgbench moving money between two rows. */
export default async function orders({
  seconds,
  say,
}: {
  seconds: number;
  say: (text: string) => void;
}): Promise<Benchmark> {
  const world = await OrderWorld.start();
  const { postgres } = world;
  await preparePeer(postgres);

  const throughput = (name: string, through: "gateway" | "trading", batching = true): Side => ({
    name,
    measure: async () => {
      const { rate, result } = await world.run({ through, batching, connections: CONNECTIONS, seconds });
      say(`  ${answers(result)}; p50 ${show(result, 0.5)} ms, p99 ${show(result, 0.99)} ms`);
      return rate;
    },
  });
  const latency = (name: string, batching: boolean): Side => ({
    name,
    measure: async () => {
      const { result } = await world.run({ through: "trading", batching, connections: 1, seconds });
      return percentile(result.latencies, 0.5);
    },
  });
  const saturated = { through: "gateway", connections: CONNECTIONS, seconds } as const;
  /** 99th percentile, in milliseconds, of the way from an event's commit until a consumer had it. */
  const deliver = async (args: RunArgs) => {
    const { trading } = (await world.warmed()).pods;
    const before = await deliveries(trading);
    const { rate } = await world.run(args);
    return { rate, ms: p99(before, await deliveries(trading)) };
  };
  const delivery: Side = {
    name: `orders at ${BUSY} of the most that can be had`,
    measure: async () => {
      // Each time anew, as the machine isn't always as fast.
      const most = await deliver(saturated);
      say(`  ${most.ms.toFixed(1)} ms at the most, which is ${Math.round(most.rate)} orders/s`);
      return (await deliver({ ...saturated, rate: BUSY * most.rate })).ms;
    },
  };
  const pgbench: Side = { name: "pgbench", measure: () => transfers(postgres, CONNECTIONS, seconds) };
  const unit = "orders/s";
  return {
    comparisons: [
      {
        name: "orders",
        unit,
        ours: throughput("whole orders through the gateway", "gateway"),
        peer: pgbench,
        atLeast: 0.4,
      },
      {
        name: "orders-at-trading",
        unit,
        ours: throughput("whole orders at trading's port", "trading"),
        peer: pgbench,
        atLeast: 0.4,
      },
      {
        name: "orders-delivery",
        unit: "ms (99th percentile from an event's commit to its consumer)",
        ours: delivery,
        peer: { name: "what is promised", measure: async () => PROMISED_MS },
        lessIsBetter: true,
        atLeast: 1,
      },
      {
        name: "orders-batching",
        unit,
        ours: throughput("batched", "trading"),
        peer: throughput("each by itself", "trading", false),
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
    notes: async () =>
      costs(postgres, await world.warmed(), (readCpu) => world.run({ ...saturated, readCpu })),
    stop: () => world.stop(),
  };
}

const show = ({ latencies }: LoadResult, share: number) => percentile(latencies, share).toFixed(1);
