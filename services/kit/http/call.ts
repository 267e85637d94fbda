import { randomUUID } from "node:crypto";
import { HTTPException } from "hono/http-exception";
import { QueueFull } from "../group-commit.ts";
import type { Pod } from "../pod.ts";
import type { Trace } from "../telemetry/trace.ts";
import { ProblemError } from "./problem.ts";

/** A request under way, by which it is counted, timed and traced. */
export interface Call {
  method: string;
  /** Normalized, escaped as it came, without query. */
  path: string;
  requestId: string;
  trace: Trace;
  /** By `performance.now()`. */
  startedAt: number;
  /** What ended it, where that is the service's own. */
  error?: unknown;
}

const SLOW_MS = 1000;
/** Methods that are told apart in metrics. */
export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const CLIENT_CLOSED_REQUEST = 499;
const REQUEST_ID = /^[\w.:/+=@-]{1,128}$/;

/** The id that the caller gave the request, or a new one where that is missing or no id. */
export function requestIdOf(given: string | undefined): string {
  return given !== undefined && REQUEST_ID.test(given) ? given : randomUUID();
}

/**
 * Counts, times and logs a call that was answered.
 * @param route the route's pattern, not the path: paths hold ids, and each new label value is a new time series
 */
export function endCall(pod: Pod, call: Call, route: string, status: number): void {
  const elapsedMs = performance.now() - call.startedAt;
  const method = METHODS.includes(call.method) ? call.method : "OTHER";
  pod.metrics.observe(method, route, status, elapsedMs / 1000);
  pod.tracing?.record(call, route, status);
  const noteworthy = status >= 500 || elapsedMs > SLOW_MS;
  if (!noteworthy && !pod.log.isLevelEnabled("debug")) return;
  const { requestId, path } = call;
  const entry = { requestId, traceId: call.trace.traceId, method, path, status, ms: Math.round(elapsedMs) };
  if (call.error) pod.log.warn({ ...entry, err: call.error }, "request failed");
  else if (noteworthy) pod.log.info(entry, "request");
  else pod.log.debug(entry, "request");
}

/** What the client is told of an error that ended its call; one that is the service's own is logged with the call's end. */
export function failureOf(call: Call, error: unknown, clientGone: boolean): ProblemError {
  const problem = asProblem(error, clientGone);
  if (problem.status >= 500) call.error = error;
  return problem;
}

/** What the client is told of an error. Internal ones keep their text to the log: it may hold SQL or addresses. */
function asProblem(error: unknown, clientGone: boolean): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof QueueFull) {
    // Nothing was done, so it is safe to repeat.
    const headers = { "retry-after": "1" };
    return new ProblemError(503, "Too much waits to be booked already. Try again shortly.", { headers });
  }
  if (error instanceof HTTPException) {
    const field = error.status === 415 ? "content-type" : "body";
    const message =
      error.status === 415 ? "must be application/json, and say so in Content-Type" : "is not valid JSON";
    return new ProblemError(error.status, `The request's ${field} ${message}.`, {
      errors: [{ field, message }],
    });
  }
  if (clientGone) return new ProblemError(CLIENT_CLOSED_REQUEST, "The client went away.");
  return new ProblemError(500, "Something failed inside the service; the log of this request id says what.");
}
