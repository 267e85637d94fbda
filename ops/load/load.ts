import { DueQueue } from "./due-queue.ts";
import { Exchange, type Sender } from "./exchange.ts";
import { GeneratorWatch } from "./generator-watch.ts";
import { HttpSender } from "./http-sender.ts";
import { type LoadOptions, type LoadPlan, type Progress, planOf } from "./plan.ts";
import { randomOf } from "./random.ts";
import { Recorder } from "./recorder.ts";
import type { LoadResult } from "./result.ts";

/** A load that runs. */
export interface RunningLoad {
  /** Resolves when every request was answered or ran out of time; rejects when `onProgress` or `onEnd` threw. */
  readonly result: Promise<LoadResult>;
  /** Where it is now. */
  progress(): Progress;
  /** Sends no more, waits for what is under way, and resolves to the result. */
  stop(): Promise<LoadResult>;
}

/**
 * Starts a load.
 * @example
 * const load = startLoad({ rate: 200, seconds: 10, to: [{ key: "quotes", origin: "http://127.0.0.1:8080", path: "/" }] });
 * const { total } = await load.result;
 * @throws Error where the options don't fit
 */
export function startLoad(options: LoadOptions): RunningLoad {
  return new Load(planOf(options));
}

/** What a timer of Node is late without anything being busy: time that neither a request nor the server took. */
const TIMER_MS = 2;
/** Milliseconds between looks at requests that ran out of time. */
const SWEEP_MS = 20;
const PROGRESS_MS = 1000;

class Load implements RunningLoad {
  readonly result: Promise<LoadResult>;
  readonly #plan: LoadPlan;
  readonly #sender: Sender;
  readonly #random: () => number;
  /** Apart from the other random numbers, so that arrivals don't change what is sent. */
  readonly #arrival: () => number;
  readonly #startedAt = performance.now();
  /** When the measurement begins and ends, of `performance.now()`. */
  readonly #measuredFrom: number;
  readonly #until: number;
  readonly #recorder: Recorder;
  readonly #watch: GeneratorWatch;
  /** In the order in which they were sent. */
  readonly #inFlight = new Set<Exchange>();
  readonly #due = new DueQueue<Exchange>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #onEnd = (exchange: Exchange) => this.#ended(exchange);
  #pacer: NodeJS.Timeout | undefined;
  #nextAt: number;
  #planned = 0;
  #plannedMeasured = 0;
  /** When no more requests were planned; undefined before. */
  #sentUntil: number | undefined;
  #stopped = false;
  #lastProgress = { at: 0, ok: 0 };
  #finish: () => void = () => undefined;
  #fail: (error: unknown) => void = () => undefined;

  constructor(plan: LoadPlan) {
    this.#plan = plan;
    const { to, seed, ca } = plan;
    this.#sender = "send" in to ? to : new HttpSender(to, { ca });
    this.#random = randomOf(seed);
    this.#arrival = randomOf(seed ^ 0x5bd1e995);
    this.#measuredFrom = this.#startedAt + plan.warmUpSeconds * 1000;
    this.#until = this.#measuredFrom + plan.seconds * 1000;
    this.#nextAt = this.#startedAt;
    this.#recorder = new Recorder(this.#measuredFrom);
    this.#watch = new GeneratorWatch(plan.rate === undefined ? "closed" : "open");
    this.result = this.#run();
    // Whoever only looks at the progress must not end the process by an unhandled rejection.
    this.result.catch(() => undefined);
  }

  progress(): Progress {
    const { requests, ok, corrected } = this.#recorder.total;
    const now = performance.now();
    const { at, ok: okBefore } = this.#lastProgress;
    return {
      elapsed: (now - this.#measuredFrom) / 1000,
      requests,
      ok,
      failed: requests - ok,
      inFlight: this.#inFlight.size,
      waiting: this.#due.length,
      perSecond: ((ok - okBefore) / Math.max(1, now - (at || this.#startedAt))) * 1000,
      p50: corrected.getValueAtPercentile(50) / 1000,
      p99: corrected.getValueAtPercentile(99) / 1000,
    };
  }

  stop(): Promise<LoadResult> {
    if (this.#sentUntil === undefined) this.#stopped = true;
    this.#endSending();
    return this.result;
  }

  async #run(): Promise<LoadResult> {
    const finished = new Promise<void>((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    const { onProgress } = this.#plan;
    this.#every(SWEEP_MS, () => this.#sweep());
    if (onProgress) this.#every(PROGRESS_MS, () => this.#report(onProgress));
    // The caller has the load before the first request goes out.
    setImmediate(() => (this.#plan.rate === undefined ? this.#fill() : this.#pace()));
    try {
      await finished;
    } finally {
      clearTimeout(this.#pacer);
      for (const timer of this.#timers) clearInterval(timer);
      await this.#sender.close();
    }
    return this.#summary();
  }

  #every(ms: number, act: () => void): void {
    this.#timers.push(
      setInterval(() => {
        try {
          act();
        } catch (error) {
          this.#giveUp(error);
        }
      }, ms),
    );
  }

  #report(onProgress: (progress: Progress) => void): void {
    const progress = this.progress();
    this.#lastProgress = { at: performance.now(), ok: progress.ok };
    onProgress(progress);
  }

  /** Open model: sends what is due by now, and looks again when the next is. */
  #pace(): void {
    const now = performance.now();
    while (this.#sentUntil === undefined && this.#nextAt <= now) {
      if (this.#isPlannedOut(this.#nextAt)) {
        this.#endSending();
        return;
      }
      const exchange = this.#next(this.#nextAt);
      const lateMs = now - exchange.plannedAt;
      if (lateMs <= TIMER_MS) exchange.dueAt = now;
      this.#nextAt += this.#interval();
      if (this.#inFlight.size < this.#plan.connections) {
        this.#watch.sent(lateMs);
        this.#send(exchange);
      } else {
        this.#due.push(exchange);
        this.#watch.waiting(this.#due.length);
      }
    }
    if (this.#sentUntil === undefined)
      this.#pacer = setTimeout(() => this.#pace(), Math.max(0, this.#nextAt - performance.now()));
  }

  /** Closed model: sends on every connection that is free. */
  #fill(): void {
    while (this.#sentUntil === undefined && this.#inFlight.size < this.#plan.connections) {
      const now = performance.now();
      if (this.#isPlannedOut(now)) this.#endSending();
      else this.#send(this.#next(now));
    }
  }

  #isPlannedOut(at: number): boolean {
    return at >= this.#until || this.#plannedMeasured >= this.#plan.requests;
  }

  #next(plannedAt: number): Exchange {
    const exchange = new Exchange(this.#planned, plannedAt, this.#onEnd);
    this.#planned += 1;
    if (plannedAt >= this.#measuredFrom) this.#plannedMeasured += 1;
    return exchange;
  }

  #interval(): number {
    const { rate = 1, arrivals } = this.#plan;
    const mean = 1000 / rate;
    return arrivals === "poisson" ? -Math.log(1 - this.#arrival()) * mean : mean;
  }

  #send(exchange: Exchange): void {
    exchange.sentAt = performance.now();
    this.#inFlight.add(exchange);
    try {
      this.#sender.send(exchange, this.#random);
    } catch (error) {
      this.#giveUp(error);
    }
  }

  #ended(exchange: Exchange): void {
    this.#inFlight.delete(exchange);
    this.#recorder.add(exchange);
    try {
      this.#plan.onEnd?.(exchange);
    } catch (error) {
      this.#giveUp(error);
      return;
    }
    if (this.#plan.rate !== undefined) {
      const waiting = this.#due.take();
      if (waiting) this.#send(waiting);
    } else if (exchange.failure === undefined) {
      this.#fill();
    } else {
      // Not at once: a server that refuses must not be asked in a loop that leaves no time for anything else.
      setTimeout(() => this.#fill(), 1);
    }
    this.#finishWhenEmpty();
  }

  #endSending(): void {
    if (this.#sentUntil !== undefined) return;
    this.#sentUntil = performance.now();
    // A load of so many requests lasts until they are answered.
    if (this.#plan.requests === Number.POSITIVE_INFINITY || this.#stopped) this.#recorder.endSending();
    clearTimeout(this.#pacer);
    this.#finishWhenEmpty();
  }

  #finishWhenEmpty(): void {
    if (this.#sentUntil !== undefined && this.#inFlight.size === 0 && this.#due.length === 0) this.#finish();
  }

  #giveUp(error: unknown): void {
    this.#stopped = true;
    this.#fail(error);
    this.#endSending();
  }

  /** Ends the requests that ran out of time, sent or not. */
  #sweep(): void {
    const now = performance.now();
    const { timeoutMs, deadlineMs } = this.#plan;
    for (const exchange of this.#inFlight) {
      const isLate = now - exchange.plannedAt >= deadlineMs;
      const isSilent = !exchange.hasBegun && now - exchange.sentAt >= timeoutMs;
      if (isLate || isSilent) {
        const { abort } = exchange;
        // A little of the time may have passed before it was sent.
        const wasSilent = !exchange.hasBegun && now - exchange.sentAt >= timeoutMs * 0.9;
        exchange.end(wasSilent ? "timeout" : "deadline");
        abort?.();
      } else if (now - exchange.sentAt < timeoutMs && now - exchange.plannedAt < deadlineMs) {
        // Those after it were sent later.
        break;
      }
    }
    for (
      let first = this.#due.peek();
      first && now - first.plannedAt >= deadlineMs;
      first = this.#due.peek()
    ) {
      this.#due.take();
      first.key = "(not sent)";
      first.end("deadline");
    }
  }

  #summary(): LoadResult {
    const plan = this.#plan;
    const sentUntil = this.#sentUntil ?? performance.now();
    const isTimed = plan.requests === Number.POSITIVE_INFINITY || this.#stopped;
    const seconds = Math.max(0, (isTimed ? sentUntil : performance.now()) - this.#measuredFrom) / 1000;
    return {
      schema: "trizone.load/1",
      startedAt: new Date(performance.timeOrigin + this.#measuredFrom).toISOString(),
      seconds,
      model: plan.rate === undefined ? "closed" : "open",
      ...(plan.rate === undefined ? {} : { rate: plan.rate }),
      connections: plan.connections,
      warmUpSeconds: plan.warmUpSeconds,
      timeoutMs: plan.timeoutMs,
      seed: plan.seed,
      stopped: this.#stopped,
      ...this.#recorder.result(seconds),
      generator: this.#watch.result(),
    };
  }
}
