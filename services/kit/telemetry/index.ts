/** Logs, Prometheus metrics and traces of a pod. */
import type { PodEnvironment } from "../environment.ts";
import { recordSpans, type Tracing } from "./trace.ts";

export type { Logger } from "./log.ts";
export type { Metrics } from "./metrics.ts";
export { traceHeaders, traceOf } from "./trace.ts";

/**
 * Starts the export of spans by OpenTelemetry's SDK to `OTEL_EXPORTER_OTLP_ENDPOINT` (OTLP over HTTP), which also reads its other variables.
 * Without it nothing of the SDK is loaded, and traces are only passed on.
 */
export async function openTracing(environment: PodEnvironment): Promise<Tracing | undefined> {
  if (!process.env.OTEL_EXPORTER_OTLP_ENDPOINT && !process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) {
    return undefined;
  }
  const { createExporter } = await import("./tracing-exporter.ts");
  recordSpans();
  return createExporter(environment);
}
