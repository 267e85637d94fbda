import { collectDefaultMetrics, Registry } from "prom-client";
import type { PodEnvironment } from "../environment.ts";
import { RequestMetrics } from "./request-metrics.ts";

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
