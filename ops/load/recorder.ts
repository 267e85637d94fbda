import type { Histogram } from "hdr-histogram-js";
import { type Exchange, FAILURES, type Failure } from "./exchange.ts";
import { latenciesOf, newHistogram, record } from "./histogram.ts";
import type { Second, Summary } from "./result.ts";

/** Failures whose time counts among the latencies: without them a server that hangs would look fast. */
const RAN_OUT: readonly (Failure | undefined)[] = ["timeout", "deadline"];

type Counts = Partial<Record<Failure, number>>;

function increment(counts: Counts, failure: Failure, by = 1): void {
  counts[failure] = (counts[failure] ?? 0) + by;
}

/** Collects what became of requests: in all, per key, and per second. */
export class Recorder {
  readonly #keys = new Map<string, Counter>();
  readonly #seconds = new SecondSeries();
  readonly #beganAt: number;
  #isSendingOver = false;

  /** @param beganAt of `performance.now()`: what was planned before is not counted */
  constructor(beganAt: number) {
    this.#beganAt = beganAt;
  }

  /** All so far, of which only keys are counted at each request. */
  get total(): Counter {
    const total = new Counter();
    for (const counter of this.#keys.values()) total.include(counter);
    return total;
  }

  add(exchange: Exchange): void {
    if (exchange.plannedAt < this.#beganAt) return;
    let counter = this.#keys.get(exchange.key);
    if (!counter) {
      counter = new Counter();
      if (this.#isSendingOver) counter.endSending();
      this.#keys.set(exchange.key, counter);
    }
    counter.add(exchange);
    this.#seconds.add(exchange, Math.floor((exchange.plannedAt - this.#beganAt) / 1000));
  }

  /** No more requests are sent: successes from now on don't count into the rate. */
  endSending(): void {
    this.#isSendingOver = true;
    for (const counter of this.#keys.values()) counter.endSending();
  }

  /** @param seconds in which requests were sent */
  result(seconds: number): { total: Summary; keys: Record<string, Summary>; series: Second[] } {
    const keys = [...this.#keys].sort(([one], [other]) => (one < other ? -1 : 1));
    return {
      total: this.total.summary(seconds),
      keys: Object.fromEntries(keys.map(([key, counter]) => [key, counter.summary(seconds)])),
      series: this.#seconds.all(),
    };
  }
}

class Counter {
  requests = 0;
  ok = 0;
  readonly failures: Counts = {};
  readonly corrected = newHistogram();
  readonly #uncorrected = newHistogram();
  readonly #statuses = new Map<number, number>();
  /** Successes until the end of sending; undefined before it. */
  #okInTime: number | undefined;
  #bytes = 0;

  add({ dueAt, sentAt, endedAt, failure, status, bytes }: Exchange): void {
    this.requests += 1;
    this.#bytes += bytes;
    if (status !== undefined) this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    if (failure) increment(this.failures, failure);
    else this.ok += 1;
    if (failure && !RAN_OUT.includes(failure)) return;
    record(this.corrected, endedAt - dueAt);
    record(this.#uncorrected, endedAt - (sentAt || dueAt));
  }

  include(other: Counter): void {
    this.#okInTime = (this.#okInTime ?? this.ok) + (other.#okInTime ?? other.ok);
    this.requests += other.requests;
    this.ok += other.ok;
    this.#bytes += other.#bytes;
    for (const [status, count] of other.#statuses)
      this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + count);
    for (const failure of FAILURES) {
      const count = other.failures[failure];
      if (count) increment(this.failures, failure, count);
    }
    this.corrected.add(other.corrected);
    this.#uncorrected.add(other.#uncorrected);
  }

  endSending(): void {
    this.#okInTime ??= this.ok;
  }

  summary(seconds: number): Summary {
    return {
      requests: this.requests,
      ok: this.ok,
      success: this.requests === 0 ? 1 : this.ok / this.requests,
      perSecond: seconds > 0 ? (this.#okInTime ?? this.ok) / seconds : 0,
      failures: this.failures,
      statuses: Object.fromEntries([...this.#statuses].sort(([one], [other]) => one - other)),
      bytes: this.#bytes,
      corrected: latenciesOf(this.corrected),
      uncorrected: latenciesOf(this.#uncorrected),
    };
  }
}

/** Seconds after which nothing of a second is expected any more, if a request may take no longer than a minute. */
const KEPT = 90;

interface OpenSecond {
  requests: number;
  ok: number;
  failures: Counts;
  latencies: Histogram;
}

/** Keeps a histogram for each of the last seconds, and of earlier ones only the figures. */
class SecondSeries {
  readonly #open = new Map<number, OpenSecond>();
  readonly #closed: Second[] = [];

  add({ dueAt, endedAt, failure }: Exchange, second: number): void {
    let slot = this.#open.get(second);
    if (!slot) {
      slot = { requests: 0, ok: 0, failures: {}, latencies: newHistogram() };
      this.#open.set(second, slot);
      for (const old of this.#open.keys()) if (old < second - KEPT) this.#close(old);
    }
    slot.requests += 1;
    if (failure) increment(slot.failures, failure);
    else slot.ok += 1;
    if (!failure || RAN_OUT.includes(failure)) record(slot.latencies, endedAt - dueAt);
  }

  all(): Second[] {
    for (const second of this.#open.keys()) this.#close(second);
    return this.#closed.sort((one, other) => one.second - other.second);
  }

  #close(second: number): void {
    const slot = this.#open.get(second);
    this.#open.delete(second);
    if (!slot) return;
    const { requests, ok, failures, latencies } = slot;
    const ms = (us: number) => us / 1000;
    const [p50, p99] = [50, 99].map((one) => ms(latencies.getValueAtPercentile(one)));
    const max = requests === 0 || latencies.totalCount === 0 ? 0 : ms(latencies.maxValue);
    this.#closed.push({ second, requests, ok, failures, p50: p50 ?? 0, p99: p99 ?? 0, max });
  }
}
