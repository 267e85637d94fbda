import type { RunningPod } from "../test/support/pod.ts";
import type { TestPostgres } from "../test/support/postgres.ts";
import { type CpuClock, cpuOfPostgres, cpuOfProcess } from "./cpu.ts";
import type { Benchmark, Side } from "./kit.ts";
import { type LoadResult, percentile } from "./load.ts";
import { preparePeer, transfers } from "./orders/pgbench.ts";
import type { Services } from "./orders/services.ts";
import { answers, OrderWorld, type RunArgs } from "./orders/world.ts";

/** Cumulative counts of trading's histogram of the way from an event's commit until a consumer had it, by bound in seconds. */
export type Deliveries = Map<number, number>;

/** What is promised of its 99th percentile, in milliseconds. */
export const PROMISED_MS = 50;

const BUCKET = /^order_stage_seconds_bucket\{(.*)\} (\d+)$/gm;

/** Reads the histogram as it is now. */
export async function deliveries(trading: RunningPod): Promise<Deliveries> {
  const text = await (await fetch(`${trading.admin}/metrics`)).text();
  const counts: Deliveries = new Map();
  for (const [, labels = "", count] of text.matchAll(BUCKET)) {
    const bound = /le="([^"]+)"/.exec(labels)?.[1];
    if (bound && labels.includes('stage="deliver"'))
      counts.set(Number(bound.replace("+Inf", "Infinity")), Number(count));
  }
  return counts;
}

/** The 99th percentile of what came between two readings, in milliseconds: straight within a bucket, as Prometheus has it. */
export function p99(before: Deliveries, after: Deliveries): number {
  const bounds = [...after.keys()].sort((a, b) => a - b);
  const below = bounds.map((bound) => (after.get(bound) ?? 0) - (before.get(bound) ?? 0));
  const rank = 0.99 * (below.at(-1) ?? 0);
  const i = below.findIndex((count) => count >= rank);
  const [low, high] = [bounds[i - 1] ?? 0, bounds[i] ?? Number.NaN];
  const [under, upTo] = [below[i - 1] ?? 0, below[i] ?? 0];
  if (upTo === under) throw new Error("nothing was delivered");
  return 1000 * (low + ((high - low) * (rank - under)) / (upTo - under));
}

/** What each process took of the CPU per order while `run` placed orders: lines to print. Linux only. */
export async function costs(
  postgres: TestPostgres,
  services: Services,
  run: (readCpu: () => Promise<number[]>) => Promise<{ filled: number; elapsed: number; cpu: number[] }>,
): Promise<string[]> {
  if (process.platform !== "linux") return ["The cost of each stage is measured on Linux only."];
  const clocks: [string, CpuClock][] = [
    ["load generator", async () => process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000],
    ["PostgreSQL", await cpuOfPostgres(postgres)],
    ...Object.entries(services.pods).map(
      ([name, pod]) => [name, cpuOfProcess(pod.process.pid ?? 0)] as [string, CpuClock],
    ),
  ];
  const { filled, elapsed, cpu } = await run(() => Promise.all(clocks.map(([, clock]) => clock())));
  const spent = cpu.map((ms) => (ms * 1000) / filled);
  const total = spent.reduce((sum, value) => sum + value, 0);
  return [
    `CPU per order at ${Math.round(filled / elapsed)} orders/s, in µs: ${total.toFixed(0)} in all`,
    ...clocks.map(([name], i) => `${name.padEnd(15)} ${(spent[i] ?? 0).toFixed(0).padStart(5)}`),
    `The limit is the two cores: ${((total * filled) / elapsed / 1e6).toFixed(2)} of them were busy with this.`,
  ];
}

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
