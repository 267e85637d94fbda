import type { PodEnvironment } from "../environment.ts";
import type { Call } from "../http/call.ts";
import { recordSpans } from "./trace.ts";

/** Exports each request as a span. */
export interface Tracing {
  record(call: Call, route: string, status: number): void;
  /** Sends what has not been sent yet. */
  close(): Promise<void>;
}

/**
 * Spans by OpenTelemetry's SDK to `OTEL_EXPORTER_OTLP_ENDPOINT` (OTLP over HTTP), which also reads its other variables.
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
