import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from "hdr-histogram-js";
import { z } from "zod";

/** Microseconds; a latency above counts as this. */
const HIGHEST = 600_000_000;

/** A new histogram of latencies in microseconds, each kept to three digits. */
export function newHistogram(): Histogram {
  return build({
    bitBucketSize: 32,
    autoResize: true,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 2_000_000,
    numberOfSignificantValueDigits: 3,
  });
}

/** Counts a latency in milliseconds. */
export function record(histogram: Histogram, ms: number): void {
  histogram.recordValue(Math.min(HIGHEST, Math.max(1, Math.round(ms * 1000))));
}

/** Latencies in milliseconds; all 0 where there are none. */
export const Latencies = z.object({
  count: z.number().int(),
  average: z.number(),
  p50: z.number(),
  p90: z.number(),
  p95: z.number(),
  p99: z.number(),
  "p99.9": z.number(),
  max: z.number(),
  /** The whole histogram of microseconds: HdrHistogram's V2 format, compressed, base64. Histograms can be added up. */
  histogram: z.string(),
});
export type Latencies = z.infer<typeof Latencies>;

/** A histogram as results hold it. */
export function latenciesOf(histogram: Histogram): Latencies {
  const at = (percentile: number) => rounded(histogram.getValueAtPercentile(percentile));
  return {
    count: histogram.totalCount,
    average: histogram.totalCount === 0 ? 0 : rounded(histogram.mean),
    p50: at(50),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    "p99.9": at(99.9),
    max: histogram.totalCount === 0 ? 0 : rounded(histogram.maxValue),
    histogram: encodeIntoCompressedBase64(histogram),
  };
}

/** The histogram that a result holds. @throws Error where the text is none */
function histogramOf({ histogram }: Pick<Latencies, "histogram">): Histogram {
  return decodeFromCompressedBase64(histogram, 32, false);
}

/** Latencies of several runs together. */
export function mergeLatencies(all: readonly Latencies[]): Latencies {
  const sum = newHistogram();
  for (const one of all) sum.add(histogramOf(one));
  return latenciesOf(sum);
}

/** Points of the distribution for a plot: percentile against milliseconds, denser towards 100. */
export function distribution(latencies: Pick<Latencies, "histogram">): { percentile: number; ms: number }[] {
  const histogram = histogramOf(latencies);
  if (histogram.totalCount === 0) return [];
  const points = [
    0, 10, 25, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97, 98, 99, 99.5, 99.9, 99.95, 99.99, 99.999,
  ];
  // What fewer requests than its inverse can't show is left out.
  const shown = points.filter((one) => one <= 99 || histogram.totalCount >= 100 / (100 - one));
  return shown.map((percentile) => ({ percentile, ms: rounded(histogram.getValueAtPercentile(percentile)) }));
}

/** Microseconds as milliseconds with as many digits as the histogram keeps. */
function rounded(us: number): number {
  return Number((us / 1000).toPrecision(4));
}
