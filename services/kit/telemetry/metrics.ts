import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { PodEnvironment } from "../environment.ts";

/** Prometheus metrics of one pod; service, zone and pod are labels of each. */
export interface Metrics {
  registry: Registry;
  /**
   * Counts and times a request.
   * @param route the route's pattern, not the path: paths hold ids, and each new label value is a new time series
   */
  observe(method: string, route: string, status: number, seconds: number): void;
}

/** Buckets, in seconds, are narrow around the tens of milliseconds in which a healthy order is answered. */
const BUCKETS = [0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2, 5, 10];

export function createMetrics(environment: PodEnvironment): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({
    service: environment.SERVICE,
    zone: environment.ZONE,
    pod: environment.POD_NAME,
  });
  collectDefaultMetrics({ register: registry });
  const common = { labelNames: ["method", "route", "status"] as const, registers: [registry] };
  const requests = new Counter({ ...common, name: "http_requests_total", help: "Requests answered" });
  const durations = new Histogram({
    ...common,
    name: "http_request_duration_seconds",
    help: "Time to the response's headers",
    buckets: BUCKETS,
  });
  return {
    registry,
    observe(method, route, status, seconds) {
      const labels = { method, route, status };
      requests.inc(labels);
      durations.observe(labels, seconds);
    },
  };
}

/** A gauge whose value is read when metrics are asked for. */
export function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  const collect = function (this: Gauge) {
    this.set(read());
  };
  new Gauge({ name, help, registers: [registry], collect });
}
