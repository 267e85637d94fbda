import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { gauge } from "../kit/telemetry/metrics.ts";
import type { Decisions } from "./decisions.ts";
import type { Watch } from "./watch.ts";

/** The guard's own metrics: what it sees, what it decided, and what it can't know. */
export function addGuardMetrics(registry: Registry, watch: Watch, decisions: Decisions): void {
  const registers = [registry];
  gauge(registry, "guard_active", "1 for the guard that acts", () => Number(watch.active));
  gauge(registry, "guard_source_up", "1 while golden signals can be read", () =>
    Number(watch.sourceProblem === undefined),
  );
  gauge(registry, "guard_arc_up", "1 while ARC answers", () => Number(watch.arcProblem === undefined));
  const level = new Gauge({
    ...{ name: "guard_evidence", help: "Logarithm of the evidence against a zone", registers },
    labelNames: ["judged_zone"] as const,
  });
  const left = new Counter({
    ...{ name: "guard_data_errors_total", help: "Readings of pods that were left out", registers },
    labelNames: ["kind"] as const,
  });
  const second = new Histogram({
    name: "guard_second_seconds",
    help: "Time to read all pods and to decide",
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const made = new Counter({
    ...{ name: "guard_decisions_total", help: "Decisions by kind and reason", registers },
    labelNames: ["kind", "reason"] as const,
  });
  decisions.onOwn = ({ kind, reason }) => made.inc({ kind, reason });
  watch.onSecond = ({ decision, problems }, seconds) => {
    for (const [zone, of] of Object.entries(decision?.levels ?? {}))
      level.set({ judged_zone: zone }, Math.max(of, 0));
    for (const { kind } of problems) left.inc({ kind });
    second.observe(seconds);
  };
}
