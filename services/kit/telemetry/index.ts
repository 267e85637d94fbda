/** Logs, Prometheus metrics and traces of a pod. */

import { type Logger, type LoggerOptions, pino } from "pino";
import type { PodEnvironment } from "../environment.ts";
import { StandardOutput } from "./standard-output.ts";
import { recordSpans, type Tracing } from "./trace.ts";

/**
 * A logger that writes JSON lines to standard output, each with the pod's service, zone and name. It logs only what callers
 * name, who must not name headers, bodies, tokens or credentials.
 */
export function createLog(environment: PodEnvironment): Logger {
  const options: LoggerOptions = {
    level: environment.LOG_LEVEL,
    base: { service: environment.SERVICE, zone: environment.ZONE, pod: environment.POD_NAME },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: errorEntry },
    formatters: { level: (label) => ({ level: label }) },
  };
  return pino(options, new StandardOutput());
}

/** Most causes of an error that are followed. */
const MAX_CAUSES = 5;

/**
 * An error in the log. One that has a code or a cause, as each request's has while something is away, is told by its
 * messages, outermost first: where it came through says nothing. Others, which may be faults of this code, have a stack.
 */
export function errorEntry(error: Error): object {
  const chain: Error[] = [];
  for (let one: unknown = error; one instanceof Error && chain.length < MAX_CAUSES; one = one.cause)
    chain.push(one);
  const code = chain
    .map((one) => (one as { code?: unknown }).code)
    .findLast((one) => typeof one === "string");
  const isOurs = chain.length < 2 && (code === undefined || code.startsWith("ERR_"));
  if (isOurs) return pino.stdSerializers.err(error);
  const message = chain.map((one) => one.message || one.name).join(": ");
  return { type: error.constructor.name, message, ...(code && { code }) };
}

export type { Metrics } from "./metrics.ts";

/** A pod's logger. */
export type { Logger };

/** @throws Error for what is no share */
function shareOf(text: string | undefined): number {
  const share = text ? Number(text) : 1;
  if (share >= 0 && share <= 1) return share;
  throw new Error(`OTEL_TRACES_SAMPLER_ARG is ${text}: set the share of traces to record, 0 to 1`);
}

/**
 * Starts the export of spans by OpenTelemetry's SDK to `OTEL_EXPORTER_OTLP_ENDPOINT` (OTLP over HTTP), which also reads its other variables. Of the traces that begin here,
 * the share OTEL_TRACES_SAMPLER_ARG is recorded, all by default.
 * Without it nothing of the SDK is loaded, and traces are only passed on.
 */
export async function openTracing(environment: PodEnvironment): Promise<Tracing | undefined> {
  if (!process.env.OTEL_EXPORTER_OTLP_ENDPOINT && !process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) {
    return undefined;
  }
  const { createExporter } = await import("./tracing-exporter.ts");
  recordSpans(shareOf(process.env.OTEL_TRACES_SAMPLER_ARG));
  return createExporter(environment);
}
