import type { Histogram, Registry } from "prom-client";

/** Counts of one set of labels. */
export class Series {
  readonly #edges: readonly number[];
  /** By bucket, not cumulative; the last is above all edges. */
  readonly #counts: number[];
  #sum = 0;

  constructor(edges: readonly number[]) {
    this.#edges = edges;
    this.#counts = new Array<number>(edges.length + 1).fill(0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.#edges.length && value > (this.#edges[bucket] as number)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  /** As lines of the text format: cumulative buckets, sum and count. */
  values(name: string, labels: Record<string, string>) {
    let total = 0;
    const buckets = this.#counts.map((count, i) => {
      total += count;
      return {
        metricName: `${name}_bucket`,
        labels: { le: this.#edges[i] ?? "+Inf", ...labels },
        value: total,
      };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.#sum },
      { metricName: `${name}_count`, labels, value: total },
    ];
  }
}

export interface BucketHistogramArgs {
  name: string;
  help: string;
  /** Upper ends of the buckets, ascending, each with its value. */
  buckets: readonly number[];
}

/**
 * A Prometheus histogram whose observation is an addition to the series that its caller holds. prom-client's own looks
 * its labels up each time; with it the six observations and three counts of a text cost 30 µs and more, which for a
 * batch of 256 texts kept the event loop for 8 ms, here 0.1 ms.
 */
export class BucketHistogram {
  readonly #args: BucketHistogramArgs;
  readonly #series = new Map<string, { labels: Record<string, string>; series: Series }>();

  constructor(registry: Registry, args: BucketHistogramArgs) {
    this.#args = args;
    const { name, help } = args;
    // What a registry asks of a metric.
    const metric = {
      ...{ name, help, type: "histogram", aggregator: "sum" },
      get: async () => ({ name, help, type: "histogram", aggregator: "sum", values: this.#values() }),
      reset: () => this.#series.clear(),
    };
    registry.registerMetric(metric as unknown as Histogram);
  }

  /** The series of these labels; made where there is none yet. */
  of(labels: Record<string, string>): Series {
    const key = JSON.stringify(labels);
    const known = this.#series.get(key);
    if (known) return known.series;
    const series = new Series(this.#args.buckets);
    this.#series.set(key, { labels, series });
    return series;
  }

  #values() {
    return [...this.#series.values()].flatMap(({ labels, series }) => series.values(this.#args.name, labels));
  }
}
