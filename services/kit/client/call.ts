import type { IncomingMessage, ServerResponse } from "node:http";
import { requestIdOf } from "../http/request-id.ts";
import type { Pod } from "../pod.ts";
import { type Trace, traceOf } from "../telemetry/trace.ts";

/** A request under way, by which it is counted, timed and traced. */
export interface CallInfo {
  method: string;
  /** Without query. */
  path: string;
  requestId: string;
  trace: Trace;
  /** By `performance.now()`. */
  startedAt: number;
}

/** A request of its own under way, whoever answers it. */
export interface Call extends CallInfo {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
}

const SLOW_MS = 1000;
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** @param now by `performance.now()`, where the caller has it */
export function beginCall(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  path: string,
  now = performance.now(),
): Call {
  return {
    incoming,
    outgoing,
    method: incoming.method ?? "GET",
    path,
    requestId: requestIdOf(incoming),
    trace: traceOf(incoming.headers),
    startedAt: now,
  };
}

/**
 * Counts, times and logs a call that was answered.
 * @param route the route's pattern, not the path: paths hold ids, and each new label value is a new time series
 */
export function endCall(pod: Pod, call: CallInfo, route: string, status: number): void {
  const elapsedMs = performance.now() - call.startedAt;
  const method = METHODS.has(call.method) ? call.method : "OTHER";
  pod.metrics.requests.observe(method, route, status, elapsedMs / 1000);
  pod.tracing?.record(call, route, status);
  const noteworthy = status >= 500 || elapsedMs > SLOW_MS;
  if (!noteworthy && !pod.log.isLevelEnabled("debug")) return;
  const { requestId, path } = call;
  const entry = { requestId, traceId: call.trace.traceId, method, path, status, ms: Math.round(elapsedMs) };
  if (noteworthy) pod.log.info(entry, "request");
  else pod.log.debug(entry, "request");
}
