import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";
import type { PodEnvironment } from "./environment.ts";

const labelNames = ["method", "route", "status"] as const;

/** Prometheus metrics of one pod; service, zone and pod are labels of each. */
export interface Metrics {
  registry: Registry;
  requests: Counter<(typeof labelNames)[number]>;
  /** Seconds until the response's headers were ready. */
  duration: Histogram<(typeof labelNames)[number]>;
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
  const registers = [registry];
  return {
    registry,
    requests: new Counter({
      name: "http_requests_total",
      help: "Requests answered",
      labelNames,
      registers,
    }),
    duration: new Histogram({
      name: "http_request_duration_seconds",
      help: "Time to the response's headers",
      labelNames,
      buckets: BUCKETS,
      registers,
    }),
  };
}
