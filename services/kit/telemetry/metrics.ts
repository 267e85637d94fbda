import { collectDefaultMetrics, type Metric, Registry } from "prom-client";
import type { PodEnvironment } from "../environment.ts";

/** Prometheus metrics of one pod; service, zone and pod are labels of each. */
export interface Metrics {
  registry: Registry;
  requests: RequestMetrics;
}

export function createMetrics(environment: PodEnvironment): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({
    service: environment.SERVICE,
    zone: environment.ZONE,
    pod: environment.POD_NAME,
  });
  collectDefaultMetrics({ register: registry });
  return { registry, requests: new RequestMetrics(registry) };
}

/** Buckets, in seconds, are narrow around the tens of milliseconds in which a healthy order is answered. */
const BUCKETS = [0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2, 5, 10];

const DURATION = "http_request_duration_seconds";

type Labels = Record<"method" | "route" | "status", string | number>;

/** The requests of one method, route and status: a count for each bucket, the last for those beyond all buckets. */
class Series {
  readonly labels: Labels;
  readonly counts = new Float64Array(BUCKETS.length + 1);
  sum = 0;

  constructor(labels: Labels) {
    this.labels = labels;
  }

  add(seconds: number): void {
    let bucket = 0;
    while (bucket < BUCKETS.length && seconds > (BUCKETS[bucket] ?? 0)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += seconds;
  }

  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }
}

/**
 * Counts and times requests by three look-ups and two additions each. A look-up by labels in the client library costs
 * more than the rest of a request's bookkeeping, so that its metrics are made only when Prometheus reads them.
 */
export class RequestMetrics {
  readonly #series = new Map<string, Map<string, Map<number, Series>>>();

  constructor(registry: Registry) {
    register(registry, "counter", "http_requests_total", "Requests answered", () =>
      this.#all().map(({ labels, count }) => ({ labels, value: count })),
    );
    register(registry, "histogram", DURATION, "Time to the response's headers", () =>
      this.#all().flatMap(histogram),
    );
  }

  /** @param route the route's pattern, not the path: paths hold ids, and each new label value is a new time series */
  observe(method: string, route: string, status: number, seconds: number): void {
    const series = this.#series.get(route)?.get(method)?.get(status) ?? this.#create(method, route, status);
    series.add(seconds);
  }

  #create(method: string, route: string, status: number): Series {
    const methods = this.#series.get(route) ?? new Map<string, Map<number, Series>>();
    this.#series.set(route, methods);
    const statuses = methods.get(method) ?? new Map<number, Series>();
    methods.set(method, statuses);
    const series = new Series({ method, route, status });
    statuses.set(status, series);
    return series;
  }

  #all(): Series[] {
    return [...this.#series.values()].flatMap((methods) =>
      [...methods.values()].flatMap((statuses) => [...statuses.values()]),
    );
  }
}

interface Value {
  labels: Partial<Record<string, string | number>>;
  value: number;
  metricName?: string;
}

/** Registers a metric whose values are kept here; the client library's registry only calls a metric's `get`. */
function register(registry: Registry, type: string, name: string, help: string, values: () => Value[]): void {
  const get = async () => ({ name, help, type, aggregator: "sum", values: values() });
  registry.registerMetric({ name, get } as unknown as Metric<string>);
}

function histogram({ labels, counts, sum, count }: Series): Value[] {
  let below = 0;
  const buckets = BUCKETS.map((le, i) => {
    below += counts[i] ?? 0;
    return { labels: { le, ...labels }, value: below, metricName: `${DURATION}_bucket` };
  });
  return [
    ...buckets,
    { labels: { le: "+Inf", ...labels }, value: count, metricName: `${DURATION}_bucket` },
    { labels, value: sum, metricName: `${DURATION}_sum` },
    { labels, value: count, metricName: `${DURATION}_count` },
  ];
}
