import type { MiddlewareHandler } from "hono";
import { Counter, type Registry } from "prom-client";
import { gauge } from "../telemetry/metrics.ts";
import { RETRY_LATER_HEADER } from "./problem.ts";
import { INTERNAL_PATH, isBelow } from "./request-target.ts";

/**
 * Requests under way that are always let in. A service that commits in groups does more of them the more are under way:
 * measured with whole orders at twice the rate that saturates it, 176 bring 1.1 times the most that 64 closed loops do,
 * 96 bring 0.8, and both answer within the same time, as what is refused costs as much as what waits.
 */
const MIN_IN_FLIGHT = 176;
/** How long a request that is one too many waits, in milliseconds. */
const PATIENCE_MS = 10;

export interface OverloadArgs {
  /** A request that is one too many waits for so long at most, in milliseconds. @default PATIENCE_MS */
  patienceMs?: number;
  /** @default MIN_IN_FLIGHT */
  minInFlight?: number;
  /** @default 2048 */
  maxInFlight?: number;
}

/** A request that waits to be let in. */
export interface Waiting {
  /** Its client went away: it is never let in. */
  readonly gone: boolean;
  /** It may be handled, from `now` on; `leave` must follow. */
  proceed(now: number): void;
  refuse(): void;
}

/** Latencies are looked at together for so long, in milliseconds. */
const WINDOW_MS = 100;
const MIN_SAMPLES = 20;
/** The limit shrinks when a window's mean latency is so many times that of an idle service. */
const TOLERANCE = 2;
/** Of what is known of an idle service's latency, a slower window without queues changes this share: services change. */
const FORGET = 0.01;
/** While a queue is younger than this, in milliseconds, it may come of a pause rather than of too much work. */
const BURST_MS = 250;
/** A request in it waits for so many times the patience. */
const BURST_PATIENCE = 5;
/** So soon after a refusal, in milliseconds, a queue that begins goes on where the last one ended. */
const RECENT_MS = 2000;
const MAX_WAITING = 4096;
/** How exactly patience is measured, in milliseconds. */
const LOOK_MS = 5;

/**
 * Refuses what a pod could only answer late, so that what it accepts it answers in time. Requests under way are bounded,
 * by a bound that shrinks when they take a multiple of what they take when there are few, and grows while they don't. One
 * too many waits a little: clients that come back at once after a refusal cost more than those that wait. In a queue that
 * has just begun, a while after the last refusal, it waits for longer: after a pause of the machine there is room again
 * soon (as CoDel, RFC 8289, tells a burst from a standing queue).
 */
export class Overload {
  readonly #args: Required<OverloadArgs>;
  readonly #shed: Counter | undefined;
  #inFlight = 0;
  #limit: number;
  readonly #waiting: { since: number; request: Waiting }[] = [];
  /** Longer ago than it was where it isn't the first queue of late. */
  #queueBeganAt = 0;
  #refusedAt = Number.NEGATIVE_INFINITY;
  #look: NodeJS.Timeout | undefined;
  #windowBeganAt = 0;
  #samples = 0;
  #sum = 0;
  #most = 0;
  #idleMs = Number.POSITIVE_INFINITY;

  constructor(args: OverloadArgs = {}, registry?: Registry) {
    this.#args = { patienceMs: PATIENCE_MS, minInFlight: MIN_IN_FLIGHT, maxInFlight: 2048, ...args };
    this.#limit = this.#args.maxInFlight;
    if (!registry) return;
    const registers = [registry];
    this.#shed = new Counter({ name: "http_requests_shed_total", help: "Requests refused", registers });
    gauge(registry, "http_requests_in_flight", "Requests under way", () => this.#inFlight);
    gauge(registry, "http_requests_in_flight_limit", "Requests that may be under way", () => this.#limit);
    gauge(registry, "http_requests_waiting", "Requests that wait to be let in", () => this.#waiting.length);
  }

  get limit(): number {
    return this.#limit;
  }

  /** Whether a request that came may be handled at once; `leave` must follow. */
  enter(): boolean {
    if (this.#inFlight >= this.#limit || this.#waiting.length > 0) return false;
    this.#count();
    return true;
  }

  /** Has a request that may not enter wait its turn, or refuses it. @param now by `performance.now()` */
  wait(now: number, request: Waiting): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#refuse(request, now);
      return;
    }
    if (this.#waiting.length === 0)
      this.#queueBeganAt = now - this.#refusedAt < RECENT_MS ? Number.NEGATIVE_INFINITY : now;
    this.#waiting.push({ since: now, request });
    this.#look ??= setInterval(() => this.#refuseLate(performance.now()), LOOK_MS);
  }

  /** A request that had entered at `enteredAt` was answered at `now`, or its client went away. */
  leave(enteredAt: number, now: number): void {
    this.#inFlight -= 1;
    this.#samples += 1;
    this.#sum += now - enteredAt;
    if (now - this.#windowBeganAt >= WINDOW_MS) {
      if (this.#samples >= MIN_SAMPLES) this.#adjust(this.#sum / this.#samples);
      this.#windowBeganAt = now;
      this.#samples = 0;
      this.#sum = 0;
      this.#most = this.#inFlight;
    }
    if (this.#waiting.length > 0) this.#letIn(now);
  }

  #count(): void {
    this.#inFlight += 1;
    if (this.#inFlight > this.#most) this.#most = this.#inFlight;
  }

  #letIn(now: number): void {
    let next = 0;
    for (; next < this.#waiting.length && this.#inFlight < this.#limit; next += 1) {
      const request = this.#waiting[next]?.request;
      if (request?.gone) request.refuse();
      else if (request) {
        this.#count();
        request.proceed(now);
      }
    }
    this.#drop(next);
  }

  #refuseLate(now: number): void {
    const factor = now - this.#queueBeganAt < BURST_MS ? BURST_PATIENCE : 1;
    const before = now - this.#args.patienceMs * factor;
    let next = 0;
    for (; (this.#waiting[next]?.since ?? now) < before; next += 1) {
      const request = this.#waiting[next]?.request;
      if (request?.gone) request.refuse();
      else if (request) this.#refuse(request, now);
    }
    this.#drop(next);
  }

  #refuse(request: Waiting, now: number): void {
    this.#refusedAt = now;
    this.#shed?.inc();
    request.refuse();
  }

  /** The first of the queue have been seen to. */
  #drop(count: number): void {
    if (count > 0) this.#waiting.splice(0, count);
    if (this.#waiting.length > 0) return;
    clearInterval(this.#look);
    this.#look = undefined;
  }

  #adjust(mean: number): void {
    const { minInFlight, maxInFlight } = this.#args;
    if (mean < this.#idleMs) this.#idleMs = mean;
    // Latency that comes of queues says nothing of the service itself.
    else if (this.#most <= minInFlight / 2) this.#idleMs += (mean - this.#idleMs) * FORGET;
    // A millisecond more than usual is nothing that a client would notice, however quick the service is.
    const bearable = this.#idleMs * TOLERANCE + 1;
    if (mean > bearable) {
      const share = Math.max(0.5, Math.min(0.9, bearable / mean));
      this.#limit = Math.max(minInFlight, Math.floor(Math.min(this.#limit, this.#most) * share));
    } else if (this.#most > this.#limit / 2)
      this.#limit = Math.min(maxInFlight, this.#limit + Math.ceil(Math.sqrt(this.#limit)));
  }
}

/**
 * Middleware: answers 503 where `overload` refuses. Requests that are refused are not among those that the service
 * counts, times and traces. Their bodies must be there: a slow sender would be taken for a slow service.
 * @param internal whether the service has paths below /internal/ @param elsewhere as for `createApp`
 */
export function admission(overload: Overload, internal: boolean, elsewhere?: string): MiddlewareHandler {
  return async (c, next) => {
    const { path } = c.req;
    // What another service asks for belongs to requests that were accepted: refusing it would waste them.
    if (internal && isBelow(path, INTERNAL_PATH)) return next();
    if (elsewhere !== undefined && isBelow(path, elsewhere)) return next();
    let enteredAt: number | undefined = performance.now();
    if (!overload.enter()) enteredAt = await turn(overload, enteredAt, c.req.raw.signal);
    if (enteredAt === undefined) return refusal(path);
    try {
      await next();
    } finally {
      overload.leave(enteredAt, performance.now());
    }
  };
}

/** Resolves to when a request was let in, or to nothing when it was refused. */
function turn(overload: Overload, now: number, client: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve) => {
    overload.wait(now, {
      get gone() {
        return client.aborted;
      },
      proceed: resolve,
      refuse: () => resolve(undefined),
    });
  });
}

/** As cheap as can be: what overload costs must not make it worse. */
function refusal(path: string): Response {
  const detail = "The service has more to do than it can do in time. Try again shortly.";
  const body = `{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"${detail}","instance":${JSON.stringify(path)}}`;
  const headers = {
    // Spread, so that those who were refused together don't come back together.
    "retry-after": Math.random() < 0.5 ? "1" : "2",
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    [RETRY_LATER_HEADER]: "1",
  };
  return new Response(body, { status: 503, headers });
}
