import { addTo, type Counts, noCounts, quantile } from "./counts.ts";
import { LATENCY_EDGES } from "./sample.ts";

/** Requests of the other zones from which their 99th percentile is told. */
const ENOUGH_REQUESTS = 200;

/** Classes of latency from which on requests count as slow. */
export interface Edges {
  slow: number;
  verySlow: number;
}

/** The classes above which few of the other zones' requests are: their 99th percentile, and twice it. */
export function edgesOf(others: Counts): Edges | undefined {
  if (others.requests < ENOUGH_REQUESTS) return undefined;
  const p99 = quantile(others, 0.99);
  if (p99 === undefined) return undefined;
  return { slow: edgeOf(p99), verySlow: edgeOf(2 * p99) };
}

/** The first class that ends at so many seconds, or later. */
export function edgeOf(seconds: number): number {
  const index = LATENCY_EDGES.findIndex((edge) => edge >= seconds);
  return index < 0 ? LATENCY_EDGES.length - 1 : index;
}

/** What is left of counts without a part of them. */
export function less(all: Counts, part: Counts): Counts {
  const rest = noCounts();
  addTo(rest, all);
  addTo(rest, part, -1);
  return rest;
}
