import type { Benchmark, Side } from "./kit.ts";
import { percentile } from "./load.ts";
import { answers, OrderWorld } from "./orders/world.ts";

/** They saturate the services: more would only wait. */
const SATURATING = 64;
/** Enough that no request waits for another's connection: with 512 they did, and that was taken for the services' time. */
const CONNECTIONS = 1024;

/**
 * Whole orders through the gateway at twice the rate that saturates the services, in an open loop: what is accepted
 * against the most that they can do, and its p99 against that at 80 % load. As with the orders at saturation, clients and
 * database have the same cores: what it costs clients to be refused is taken from the services.
 */
export default async function overload({ seconds, say }: { seconds: number; say: (text: string) => void }) {
  const world = await OrderWorld.start();
  const through = "gateway";
  let peak = 0;
  const atPeak = async () => {
    const { result } = await world.run({ through, connections: SATURATING, seconds });
    peak = (result.statuses.get(201) ?? 0) / seconds;
    return peak;
  };
  /** At a share of the rate at the peak: accepted orders a second, and their p99 in milliseconds. */
  const at = async (share: number) => {
    const { result } = await world.run({ through, connections: CONNECTIONS, seconds, rate: share * peak });
    say(`  at ${share} times the peak: ${answers(result)}`);
    return { rate: (result.statuses.get(201) ?? 0) / seconds, p99: percentile(result.latencies, 0.99) };
  };
  const side = (name: string, measure: Side["measure"]): Side => ({ name, measure });
  await atPeak();
  const benchmark: Benchmark = {
    comparisons: [
      {
        name: "overload goodput",
        unit: "accepted orders/s",
        ours: side("at twice the rate", async () => (await at(2)).rate),
        peer: side("at saturation", atPeak),
        atLeast: 0.9,
      },
      {
        name: "overload p99",
        unit: "ms",
        lessIsBetter: true,
        ours: side("accepted at twice the rate", async () => (await at(2)).p99),
        peer: side("at 80 % load", async () => (await at(0.8)).p99),
        atLeast: 0.5,
      },
    ],
    stop: () => world.stop(),
  };
  return benchmark;
}
