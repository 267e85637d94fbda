import type { PodEnvironment } from "./environment.ts";
import { Chaos } from "./faults/chaos.ts";
import { createLog, type Logger } from "./telemetry/log.ts";
import { createMetrics, type Metrics } from "./telemetry/metrics.ts";
import type { Tracing } from "./telemetry/tracing.ts";

/** What the parts of one running pod share. */
export interface Pod {
  environment: PodEnvironment;
  log: Logger;
  metrics: Metrics;
  chaos: Chaos;
  /** Nothing where no exporter is configured. */
  tracing?: Tracing | undefined;
  /** Set once SIGTERM came: not ready any more, connections are being given up. */
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
