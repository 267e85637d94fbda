import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** W3C Trace Context, https://www.w3.org/TR/trace-context/: the path of one request through all services. */
export interface Trace {
  /** 32 lower-case hex digits. */
  traceId: string;
  /** The span that is sent to the next service as its parent: 16 lower-case hex digits. */
  spanId: string;
  /** The caller's span; undefined where the trace begins here. */
  parentId: string | undefined;
  /** Whether the caller, or the sampler here, wants it recorded. */
  sampled: boolean;
  /** What tracing systems on the way added; passed on as it came. */
  state: string | undefined;
}

/** A request of which a span is made. */
export interface TracedRequest {
  method: string;
  path: string;
  requestId: string;
  /** Milliseconds, by `performance.now()`. */
  startedAt: number;
  trace: Trace;
}

/** A part of a request, such as waiting in a queue. */
export interface TracedStep {
  name: string;
  /** Milliseconds, by `performance.now()`. */
  startedAt: number;
  endedAt: number;
  attributes?: Record<string, string | number>;
}

/** Exports each request as a span. */
export interface Tracing {
  record(request: TracedRequest, route: string, status: number): void;
  /** Exports a step as a child of its request's span. */
  recordStep(trace: Trace, step: TracedStep): void;
  /** Sends what has not been sent yet. */
  close(): Promise<void>;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);
/** Longest tracestate that must be passed on is 512 characters (3.3.1.5); more than this isn't. */
const MAX_STATE = 1024;

/** Whether this process exports spans of its own. */
let recording = false;
/** Share of the traces that begin here that are recorded. */
let share = 1;

/**
 * From now on each request of a recorded trace is a span of its own.
 * @param ofNew share of the traces that begin here that are recorded, 0 to 1; others are recorded as their caller says
 */
export function recordSpans(ofNew = 1): void {
  recording = true;
  share = ofNew;
}

/**
 * The trace that a request belongs to: the caller's, or a new one. A process that exports no spans passes the caller's
 * span on as the parent, as a parent that was never exported would break the trace in two.
 */
export function traceOf(headers: IncomingHttpHeaders): Trace {
  const given = headers.traceparent;
  const parts = typeof given === "string" ? TRACEPARENT.exec(given) : null;
  if (!parts || !isValid(parts)) {
    return {
      traceId: hex(16),
      spanId: hex(8),
      parentId: undefined,
      sampled: recording && Math.random() < share,
      state: undefined,
    };
  }
  const [, , traceId = "", parentId = "", flags = "00"] = parts;
  const { tracestate } = headers;
  const state = Array.isArray(tracestate) ? tracestate.join(",") : tracestate;
  return {
    traceId,
    spanId: recording ? hex(8) : parentId,
    parentId,
    sampled: (Number.parseInt(flags, 16) & 1) === 1,
    state: state && state.length <= MAX_STATE ? state : undefined,
  };
}

/** The headers by which the next service learns of the trace. */
export function traceHeaders({ traceId, spanId, sampled, state }: Trace): {
  traceparent: string;
  tracestate?: string;
} {
  const traceparent = `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;
  return state ? { traceparent, tracestate: state } : { traceparent };
}

/** Version ff is invalid, and version 00 has nothing after the flags; later ones may (3.2.2). */
function isValid([, version, traceId, parentId, , more]: RegExpExecArray): boolean {
  if (version === "ff" || (version === "00" && more !== undefined)) return false;
  return traceId !== NO_TRACE && parentId !== NO_SPAN;
}

/** A new span's id. */
export const newSpanId = (): string => hex(8);

/** The digits of a random UUID, or the last of them: never only zeros. */
const hex = (bytes: number): string =>
  randomUUID()
    .replaceAll("-", "")
    .slice(-2 * bytes);
