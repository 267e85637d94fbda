import type { IncomingMessage, ServerResponse } from "node:http";
import { Counter, Gauge, type Registry } from "prom-client";

export interface OverloadArgs {
  /** Work of one turn of the event loop, in milliseconds, beyond which requests wait too long. @default 10 */
  turnBudgetMs?: number;
  /** For so long at most more is let in than the limit says, in milliseconds. @default 200 */
  patienceMs?: number;
  /** Requests that are always let in: more of them make a service that commits in groups faster. @default 96 */
  minInFlight?: number;
  /** @default 2048 */
  maxInFlight?: number;
}

/** Latencies are looked at together for so long, in milliseconds. */
const WINDOW_MS = 100;
const MIN_SAMPLES = 20;
/** The limit shrinks when a window's mean latency is so many times that of an idle service. */
const TOLERANCE = 2;
/** Of what is known of an idle service's latency, a slower window without queues changes this share: services change. */
const FORGET = 0.01;
/** What a pause of the collector, the disk or the machine lets gather may be so many times the limit. */
const BURST = 2;

/**
 * Refuses what a pod could only answer late, so that what it accepts it answers in time. Two queues can grow:
 *
 * - behind the service, when what it waits for is busy: requests under way are bounded, by a bound that shrinks when
 *   they take a multiple of what they take when there are few, and grows while they don't.
 * - in the kernel, when the event loop is busy: a request that is read late in a long turn has waited as long, and so
 *   has all that is read after it. A turn's time, from its first request on, is the age of that queue.
 *
 * Either is refused only once it has lasted (as in CoDel, RFC 8289): a pause is no overload. Once it has lasted, what is
 * beyond is refused until there was nothing to refuse for as long.
 */
export class Overload {
  readonly #args: Required<OverloadArgs>;
  readonly #shed: Counter | undefined;
  #inFlight = 0;
  #limit: number;
  #turnBeganAt: number | undefined;
  #ofTurn = 0;
  /** Since when requests come that are too many, and when the last of them came. */
  #beyondSince = Number.NEGATIVE_INFINITY;
  #beyondAt = Number.NEGATIVE_INFINITY;
  #windowBeganAt = 0;
  #samples = 0;
  #sum = 0;
  #most = 0;
  #idleMs = Number.POSITIVE_INFINITY;

  constructor(args: OverloadArgs = {}, registry?: Registry) {
    this.#args = { turnBudgetMs: 10, patienceMs: 200, minInFlight: 96, maxInFlight: 2048, ...args };
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
    const late = this.#isLate(now);
    if ((late || this.#inFlight >= this.#limit) && !this.#bears(now)) {
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

  /** Whether the request is one of too many in a turn that has lasted too long. */
  #isLate(now: number): boolean {
    if (this.#turnBeganAt === undefined) {
      this.#turnBeganAt = now;
      this.#ofTurn = 0;
      // Runs once all that could be read in this turn was.
      setImmediate(this.#endTurn);
    }
    this.#ofTurn += 1;
    return this.#ofTurn > this.#args.minInFlight && now - this.#turnBeganAt > this.#args.turnBudgetMs;
  }

  readonly #endTurn = (): void => {
    this.#turnBeganAt = undefined;
  };

  /** Whether one too many is let in all the same, as it may be a pause that made them too many. */
  #bears(now: number): boolean {
    const { patienceMs, maxInFlight } = this.#args;
    if (now - this.#beyondAt > patienceMs) this.#beyondSince = now;
    this.#beyondAt = now;
    const most = Math.min(this.#limit * BURST, maxInFlight);
    return now - this.#beyondSince < patienceMs && this.#inFlight < most;
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
