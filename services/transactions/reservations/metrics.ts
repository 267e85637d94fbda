import { Counter } from "prom-client";
import type { Pod } from "../../kit/pod.ts";

/** Counts what orders do to cash; never who or how much. */
export function reservationMetrics(pod: Pod) {
  const registers = [pod.metrics.registry];
  return {
    reservations: new Counter({
      name: "cash_reservations_total",
      help: "Reservations asked for, by outcome",
      labelNames: ["outcome"] as const,
      registers,
    }),
    events: new Counter({ name: "cash_events_total", help: "Events of orders applied", registers }),
    uncovered: new Counter({
      name: "cash_uncovered_fills_total",
      help: "Fills that the house paid a part of, as no reservation covered it: should stay 0",
      registers,
    }),
  };
}
