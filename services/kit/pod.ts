import type { PodEnvironment } from "./environment.ts";
import { Chaos } from "./faults/chaos.ts";
import { createLog, type Logger } from "./telemetry/index.ts";
import { createMetrics, type Metrics } from "./telemetry/metrics.ts";
import type { Tracing } from "./telemetry/trace.ts";

/** What the parts of one running pod share. */
export interface Pod {
  environment: PodEnvironment;
  log: Logger;
  metrics: Metrics;
  chaos: Chaos;
  /** Undefined where no exporter is configured. */
  tracing?: Tracing | undefined;
  /** Set once SIGTERM came: the pod is not ready any more, and closes its connections. */
  stopping: boolean;
}

export function createPod(environment: PodEnvironment): Pod {
  return {
    environment,
    log: createLog(environment),
    metrics: createMetrics(environment),
    chaos: new Chaos(),
    stopping: false,
  };
}
