import { Counter, Histogram, type Registry } from "prom-client";
import { gauge } from "../kit/telemetry/metrics.ts";
import type { Ended } from "./saga/open-orders.ts";

/** Seconds; narrow where a healthy stage lies. */
const BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
const SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

type Stage = "accept" | "reserve" | "execute" | "deliver";

/** Metrics of trading, besides those of every pod. */
export class TradingMetrics {
  readonly #ended: Counter<"end">;
  readonly #stages: Histogram<"stage">;
  readonly #batches: Histogram<"stage">;

  /** @param gauges orders on their way, the feed's backlog, seconds of the oldest transaction; read when metrics are asked for */
  constructor(
    registry: Registry,
    gauges: Record<"working" | "undelivered" | "oldestTransaction", () => number>,
  ) {
    const registers = [registry];
    this.#ended = new Counter({
      name: "orders_ended_total",
      help: "Orders that ended",
      labelNames: ["end"],
      registers,
    });
    this.#stages = new Histogram({
      name: "order_stage_seconds",
      help: "Time that an order took in a stage; deliver: from an event's commit until a consumer had it",
      labelNames: ["stage"],
      buckets: BUCKETS,
      registers,
    });
    this.#batches = new Histogram({
      name: "order_batch_size",
      help: "Orders or events of a commit or call",
      labelNames: ["stage"],
      buckets: SIZES,
      registers,
    });
    gauge(registry, "orders_working", "Orders on their way to the book or to an end", gauges.working);
    gauge(
      registry,
      "order_feed_backlog",
      "Events stored here that not every consumer has",
      gauges.undelivered,
    );
    gauge(
      registry,
      "database_oldest_transaction_seconds",
      "How long a transaction that writes or locks rows has been open at most",
      gauges.oldestTransaction,
    );
  }

  ended(orders: readonly Ended[]): void {
    for (const { end, reserveMs, executeMs } of orders) {
      this.#ended.inc({ end });
      this.stage("reserve", reserveMs);
      this.stage("execute", executeMs);
    }
  }

  stage(stage: Stage, ms: number): void {
    this.#stages.observe({ stage }, ms / 1000);
  }

  batch(stage: Stage, size: number): void {
    this.#batches.observe({ stage }, size);
  }
}
