import type { HttpRequest } from "./connection.ts";
import type { Exchange, Sender } from "./exchange.ts";

/** A load. Without a rate the model is closed: each connection sends when it has its answer. */
export interface LoadOptions {
  /**
   * Requests a second. They are sent when they are due, whether or not earlier ones were answered (an open model), and
   * latencies count from then.
   */
  rate?: number | undefined;
  /** Whether they are due at equal intervals or at random ones, as independent users send them. @default "uniform" */
  arrivals?: "uniform" | "poisson" | undefined;
  /** The most requests under way at a time; what is due beyond it waits. @default 1000 with a rate, else 10 */
  connections?: number | undefined;
  /** Seconds to send for. @default until all requests are sent, else until it is stopped */
  seconds?: number | undefined;
  /** Requests to send, the warm-up's not among them. @default as many as the seconds allow */
  requests?: number | undefined;
  /** Seconds before the measurement in which the same load is sent and not counted. @default 0 */
  warmUpSeconds?: number | undefined;
  /** Decides every random choice. @default a random one, which the result names */
  seed?: number | undefined;
  /** Milliseconds until the server must have begun to answer, from when the request was sent. @default 10000 */
  timeoutMs?: number | undefined;
  /** Milliseconds until the answer must be whole, from when the request was due. @default timeoutMs */
  deadlineMs?: number | undefined;
  /** What sends the requests, or what to send over HTTP. */
  to: Sender | readonly HttpRequest[];
  /** For HTTP: certificates that are trusted besides the usual ones, PEM. */
  ca?: string | undefined;
  /** Called about once a second. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Called for each request that ended, the warm-up's included; what it throws ends the load. */
  onEnd?: ((exchange: Exchange) => void) | undefined;
}

/** Where a running load is. */
export interface Progress {
  /** Seconds since the measurement began; below 0 during the warm-up. */
  elapsed: number;
  /** All that were measured until now. */
  requests: number;
  ok: number;
  failed: number;
  inFlight: number;
  /** Requests that are due and wait for a connection. */
  waiting: number;
  /** Successes a second, since the last call. */
  perSecond: number;
  /** Milliseconds, corrected, of all until now. */
  p50: number;
  p99: number;
}

/** The options with every default. */
export interface LoadPlan extends LoadOptions {
  connections: number;
  seconds: number;
  requests: number;
  warmUpSeconds: number;
  seed: number;
  timeoutMs: number;
  deadlineMs: number;
}

/** @throws Error that names every option out of range */
export function planOf(options: LoadOptions): LoadPlan {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const plan = {
    ...options,
    connections: options.connections ?? (options.rate === undefined ? 10 : 1000),
    seconds: options.seconds ?? Number.POSITIVE_INFINITY,
    requests: options.requests ?? Number.POSITIVE_INFINITY,
    warmUpSeconds: options.warmUpSeconds ?? 0,
    seed: options.seed ?? Math.floor(Math.random() * 2 ** 31),
    timeoutMs,
    deadlineMs: options.deadlineMs ?? timeoutMs,
  };
  const problems = [
    ...(plan.rate !== undefined && !(plan.rate > 0) ? ["rate must be above 0"] : []),
    ...(["connections", "seconds", "requests", "timeoutMs", "deadlineMs"] as const)
      .filter((name) => !(plan[name] > 0))
      .map((name) => `${name} must be above 0`),
    ...(plan.warmUpSeconds < 0 ? ["warmUpSeconds must not be below 0"] : []),
  ];
  if (problems.length > 0) throw new Error(`the load can't be run: ${problems.join("; ")}`);
  return plan;
}
