import type { PodEnvironment } from "./environment.ts";
import { Chaos } from "./faults/chaos.ts";
import { createLog, type Logger } from "./telemetry/index.ts";
import { createMetrics, type Metrics } from "./telemetry/metrics.ts";
import type { Tracing } from "./telemetry/trace.ts";

/** A client's WebSocket that passes through a pod. */
export interface Stream {
  /**
   * Says why and when to come back, and closes with a code.
   * @param reason ASCII without quotes or backslashes
   * @returns when the connection has ended: within a second
   */
  close(code: number, reason: string): Promise<void>;
}

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
  /** While traffic is shifted away from the pod's zone: it serves what still comes, and closes its connections. */
  shiftedAway: boolean;
  /** Closed when the pod stops, once new connections go elsewhere. */
  readonly streams: Set<Stream>;
}

export function createPod(environment: PodEnvironment): Pod {
  return {
    environment,
    log: createLog(environment),
    metrics: createMetrics(environment),
    chaos: new Chaos(),
    stopping: false,
    shiftedAway: false,
    streams: new Set(),
  };
}
