import type { RunningPod } from "../../test/support/pod.ts";

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
