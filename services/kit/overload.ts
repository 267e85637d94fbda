import type { IncomingMessage, ServerResponse } from "node:http";
import { Counter, Gauge, type Registry } from "prom-client";

export interface OverloadArgs {
  /** Work of one turn of the event loop, in milliseconds, beyond which requests wait too long. @default 10 */
  turnBudgetMs?: number;
  /** So long every turn must have been over its budget before requests are refused, in milliseconds. @default 500 */
  patienceMs?: number;
  /** Requests under way that are always let in: more of them make a service that commits in groups faster. @default 128 */
  minInFlight?: number;
  /** @default 2048 */
  maxInFlight?: number;
}

/** Latencies are looked at together for so long, in milliseconds. */
const WINDOW_MS = 100;
const MIN_SAMPLES = 20;
/** The limit shrinks when a window's mean latency is so many times that of an idle service. */
const TOLERANCE = 2;
const SHRINK = 0.9;
/** Of what is known of an idle service's latency, a window that was slower changes this share: services do change. */
const FORGET = 0.002;

/**
 * Refuses what a pod could only answer late, so that what it accepts it answers in time. Two queues can grow:
 *
 * - in the kernel, when the event loop is busy: a request that is read late in a long turn has waited as long, and so
 *   has all that is read after it. A turn's time, from its first request on, is the age of that queue. Only when each
 *   turn has been too long for a while (as CoDel does, RFC 8289) is the rest of a turn refused: a pause of the
 *   collector or of the machine is no overload.
 * - behind the service, when what it waits for is busy: requests under way are bounded, by a bound that shrinks when
 *   they take a multiple of what they take when there are few, and grows while they don't.
 */
export class Overload {
  readonly #args: Required<OverloadArgs>;
  readonly #shed: Counter | undefined;
  #inFlight = 0;
  #limit: number;
  #turnBeganAt: number | undefined;
  #latest = 0;
  #calmAt = Number.NEGATIVE_INFINITY;
  #windowBeganAt = 0;
  #samples = 0;
  #sum = 0;
  #most = 0;
  #idleMs = Number.POSITIVE_INFINITY;

  constructor(args: OverloadArgs = {}, registry?: Registry) {
    this.#args = { turnBudgetMs: 10, patienceMs: 500, minInFlight: 128, maxInFlight: 2048, ...args };
    this.#limit = this.#args.maxInFlight;
    if (!registry) return;
    const registers = [registry];
    this.#shed = new Counter({ name: "http_requests_shed_total", help: "Requests refused", registers });
    const collect = (read: () => number) =>
      function (this: Gauge) {
        this.set(read());
      };
    new Gauge({
      name: "http_requests_in_flight",
      help: "Requests under way",
      registers,
      collect: collect(() => this.#inFlight),
    });
    new Gauge({
      name: "http_requests_in_flight_limit",
      help: "Requests that may be under way",
      registers,
      collect: collect(() => this.#limit),
    });
  }

  get limit(): number {
    return this.#limit;
  }

  /** Whether a request that came now may be handled; if so, `leave` must follow. @param now by `performance.now()` */
  enter(now: number): boolean {
    if (this.#isLate(now) || this.#inFlight >= this.#limit) {
      this.#shed?.inc();
      return false;
    }
    this.#inFlight += 1;
    if (this.#inFlight > this.#most) this.#most = this.#inFlight;
    return true;
  }

  /** A request that had entered at `enteredAt` was answered at `now`, or its client went away. */
  leave(enteredAt: number, now: number): void {
    this.#inFlight -= 1;
    this.#samples += 1;
    this.#sum += now - enteredAt;
    if (now - this.#windowBeganAt < WINDOW_MS) return;
    if (this.#samples >= MIN_SAMPLES) this.#adjust(this.#sum / this.#samples);
    this.#windowBeganAt = now;
    this.#samples = 0;
    this.#sum = 0;
    this.#most = this.#inFlight;
  }

  #isLate(now: number): boolean {
    if (this.#turnBeganAt === undefined) {
      this.#turnBeganAt = now;
      // Runs once all that could be read in this turn was.
      setImmediate(this.#endTurn);
      // Nobody came for a while: then there was no queue either.
      if (now - this.#latest > this.#args.patienceMs) this.#calmAt = now;
    }
    this.#latest = now;
    const { turnBudgetMs, patienceMs } = this.#args;
    return now - this.#turnBeganAt > turnBudgetMs && now - this.#calmAt > patienceMs;
  }

  readonly #endTurn = (): void => {
    const began = this.#turnBeganAt ?? this.#latest;
    this.#turnBeganAt = undefined;
    if (this.#latest - began <= this.#args.turnBudgetMs) this.#calmAt = this.#latest;
  };

  #adjust(mean: number): void {
    const { minInFlight, maxInFlight } = this.#args;
    if (mean < this.#idleMs) this.#idleMs = mean;
    else this.#idleMs += (mean - this.#idleMs) * FORGET;
    // A millisecond more than usual is nothing that a client would notice, however quick the service is.
    const bad = mean > this.#idleMs * TOLERANCE + 1;
    if (bad) this.#limit = Math.max(minInFlight, Math.floor(Math.min(this.#limit, this.#most) * SHRINK));
    else if (this.#most > this.#limit / 2)
      this.#limit = Math.min(maxInFlight, this.#limit + Math.ceil(Math.sqrt(this.#limit)));
  }
}

/** Answers a request that was refused, in the cheapest way: what overload costs must not make it worse. */
export function refuseOverloaded(request: IncomingMessage, response: ServerResponse, zone: string): void {
  const path = (request.url ?? "/").split("?", 1)[0];
  const detail = "The service has more to do than it can do in time. Try again shortly.";
  const body = `{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"${detail}","instance":${JSON.stringify(path)}}`;
  // Spread, so that those who were refused together don't come back together.
  const retryAfter = Math.random() < 0.5 ? "1" : "2";
  response.writeHead(503, [
    "x-zone",
    zone,
    "retry-after",
    retryAfter,
    "content-type",
    "application/problem+json",
    "cache-control",
    "no-store",
    "content-length",
    String(Buffer.byteLength(body)),
  ]);
  response.end(body);
}
