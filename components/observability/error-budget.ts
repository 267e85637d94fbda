import { type AlertRule, alert, type Objectives, type RuleGroup, type Severity } from "./rule.ts";

/** Long window, short window, how many times too fast, and what that is worth (Google, SRE Workbook, chapter 5). */
const BURNS: [long: string, short: string, factor: number, severity: Severity][] = [
  ["1h", "5m", 14.4, "critical"],
  ["6h", "30m", 6, "critical"],
  ["1d", "2h", 3, "warning"],
  ["3d", "6h", 1, "warning"],
];

const LONGER = ["30m", "1h", "2h", "6h", "1d", "3d"];

/**
 * Shares of failed requests by service, over the windows by which the speed is measured at which a month's error budget
 * is used up.
 */
export function errorBudget({ namespace }: Objectives): RuleGroup {
  const rate = (more = "") =>
    `sum by (service) (rate(http_requests_total{namespace="${namespace}"${more}}[5m]))`;
  const mean = (metric: string, window: string) => `avg_over_time(service:${metric}:rate5m[${window}])`;
  return {
    name: "trizone-error-budget",
    interval: "30s",
    rules: [
      { record: "service:http_requests:rate5m", expr: rate() },
      {
        record: "service:http_errors:rate5m",
        expr: `${rate(',status=~"5.."')} or service:http_requests:rate5m * 0`,
      },
      {
        record: "service:http_errors:ratio5m",
        expr: "service:http_errors:rate5m / (service:http_requests:rate5m > 0)",
      },
      ...LONGER.map((window) => ({
        record: `service:http_errors:ratio${window}`,
        expr: `${mean("http_errors", window)} / (${mean("http_requests", window)} > 0)`,
      })),
    ],
  };
}

export function errorBudgetAlerts({ availability }: Objectives): RuleGroup {
  const budget = 1 - availability;
  return {
    name: "trizone-error-budget-alerts",
    interval: "30s",
    rules: BURNS.map(([long, short, factor, severity]): AlertRule => {
      const limit = Number((factor * budget).toPrecision(6));
      const over = (window: string) => `service:http_errors:ratio${window} > ${limit}`;
      return alert(
        "ErrorBudgetBurn",
        severity,
        // The short window ends the alert soon after the errors end.
        `${over(long)} and ${over(short)}`,
        undefined,
        {
          summary: `{{ $labels.service }} fails {{ $value | humanizePercentage }} of its requests over ${long}`,
          description: `That is more than ${factor} times what the objective of ${(availability * 100).toPrecision(6).replace(/\.?0+$/, "")} % in 30 days allows. Compare its zones, then what was deployed last.`,
        },
        { window: long },
      );
    }),
  };
}
