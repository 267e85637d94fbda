import { newsDashboard } from "./news.ts";
import { dashboard, type Graphed } from "./panel.ts";
import type { Objectives } from "./rule.ts";

const ZONE = "{{service}} {{zone}}";
const SERVICE = "{{service}}";
const chosen = (metric: string) => `${metric}{service=~"$service"}`;

const byZone = (title: string, unit: string, metric: string, limit?: number): Graphed => ({
  title,
  unit,
  queries: { [chosen(metric)]: ZONE },
  limit,
});

/** Dashboards by file name. */
export function dashboards({ availability, p99 }: Objectives): Record<string, object> {
  const burn = (window: string): Graphed => ({
    title: `Failed requests over ${window}, by what the objective allows`,
    unit: "short",
    queries: {
      [`${chosen(`service:http_errors:ratio${window}`)} / ${Number((1 - availability).toPrecision(6))}`]:
        SERVICE,
    },
    limit: 1,
  });
  return {
    "golden-signals.json": dashboard("trizone-golden-signals", "Trizone: golden signals", [
      byZone("Requests", "reqps", "service_zone:http_requests:rate1m"),
      byZone("Failed requests", "percentunit", "service_zone:http_errors:ratio1m"),
      byZone("p99", "s", "service_zone:http_request_duration_seconds:p99_1m", p99),
      byZone(
        "Event loop's lag, p99 of the worst pod",
        "s",
        "service_zone:nodejs_eventloop_lag_p99_seconds:max",
      ),
      byZone("CPU, cores", "short", "service_zone:process_cpu_seconds:rate1m"),
      byZone("Pods that answer", "short", "service_zone:up:sum"),
    ]),
    "zones.json": dashboard("trizone-zones", "Trizone: each zone against the others", [
      byZone("Errors more than the others'", "percentunit", "service_zone:http_errors:difference1m", 0.01),
      byZone("Score of that difference", "short", "service_zone:http_errors:z1m", 3.09),
      byZone("p99 by the others' p99", "short", "service_zone:http_request_duration_seconds:p99_ratio1m", 2),
      byZone("Requests", "reqps", "service_zone:http_requests:rate1m"),
    ]),
    "error-budget.json": dashboard(
      "trizone-error-budget",
      "Trizone: error budget",
      ["5m", "1h", "6h", "1d", "3d"].map(burn),
    ),
    "news.json": newsDashboard(),
  };
}
