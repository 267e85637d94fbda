import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace as traces } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AlwaysOnSampler, BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { PodEnvironment } from "../environment.ts";
import { newSpanId, type Trace, type TracedRequest, type TracedStep, type Tracing } from "./trace.ts";

const CLOSE_TIMEOUT_MS = 900;

/** Spans are made when a request has ended, with the ids that were passed on before. */
export function createExporter({ SERVICE, POD_NAME, ZONE }: PodEnvironment): Tracing {
  // The SDK asks for ids while it makes a span, which is when these are set.
  const ids = { trace: "", span: "" };
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      "service.namespace": "trizone",
      "service.name": SERVICE,
      "service.instance.id": POD_NAME,
      "cloud.availability_zone": ZONE,
    }),
    // What is recorded was decided where the trace began.
    sampler: new AlwaysOnSampler(),
    idGenerator: { generateTraceId: () => ids.trace, generateSpanId: () => ids.span },
    // Bounded: 2048 spans wait at most, and more are dropped.
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const tracer = provider.getTracer("trizone");

  return {
    record(
      { method, path, requestId, startedAt, trace }: TracedRequest,
      route: string,
      status: number,
    ): void {
      if (!trace.sampled) return;
      ids.trace = trace.traceId;
      ids.span = trace.spanId;
      const parent = trace.parentId && {
        traceId: trace.traceId,
        spanId: trace.parentId,
        traceFlags: TraceFlags.SAMPLED,
        isRemote: true,
      };
      const context = parent ? traces.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
      const startTime = performance.timeOrigin + startedAt;
      const attributes = {
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": status,
        "url.path": path,
        "trizone.request_id": requestId,
      };
      const span = tracer.startSpan(
        `${method} ${route}`,
        { kind: SpanKind.SERVER, startTime, attributes },
        context,
      );
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
    recordStep({ traceId, spanId, sampled }: Trace, step: TracedStep): void {
      if (!sampled) return;
      const { name, startedAt, endedAt, attributes = {} } = step;
      ids.trace = traceId;
      ids.span = newSpanId();
      const parent = { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
      const startTime = performance.timeOrigin + startedAt;
      tracer
        .startSpan(name, { startTime, attributes }, traces.setSpanContext(ROOT_CONTEXT, parent))
        .end(performance.timeOrigin + endedAt);
    },
    close: () =>
      Promise.race([
        provider.shutdown(),
        new Promise<void>((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref()),
      ]),
  };
}
