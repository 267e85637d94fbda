import { alert, type Objectives, type RecordingRule, type RuleGroup } from "./rule.ts";

const record = (name: string, expr: string): RecordingRule => ({ record: name, expr });

/** Traffic, errors, latency and saturation by service and zone, over a minute, of what `services/kit` measures. */
export function goldenSignals({ namespace }: Objectives): RuleGroup {
  const of = (metric: string, more = "") => `${metric}{namespace="${namespace}"${more}}`;
  const errors = of("http_requests_total", ',status=~"5.."');
  return {
    name: "trizone-golden-signals",
    interval: "5s",
    rules: [
      record(
        "service_zone:http_requests:rate1m",
        `sum by (service, zone) (rate(${of("http_requests_total")}[1m]))`,
      ),
      record(
        "service_zone:http_errors:rate1m",
        // A service without a single error has no such series, and yet its errors are 0.
        `sum by (service, zone) (rate(${errors}[1m])) or service_zone:http_requests:rate1m * 0`,
      ),
      record(
        "service_zone:http_errors:ratio1m",
        "service_zone:http_errors:rate1m / (service_zone:http_requests:rate1m > 0)",
      ),
      record(
        "service_zone_le:http_request_duration_seconds_bucket:rate1m",
        `sum by (service, zone, le) (rate(${of("http_request_duration_seconds_bucket")}[1m]))`,
      ),
      record(
        "service_zone:http_request_duration_seconds:p99_1m",
        "histogram_quantile(0.99, service_zone_le:http_request_duration_seconds_bucket:rate1m)",
      ),
      ...["http_requests", "http_errors"].map((signal) =>
        record(`service:${signal}:rate1m`, `sum by (service) (service_zone:${signal}:rate1m)`),
      ),
      record(
        "service:http_errors:ratio1m",
        "service:http_errors:rate1m / (service:http_requests:rate1m > 0)",
      ),
      record(
        "service_le:http_request_duration_seconds_bucket:rate1m",
        "sum by (service, le) (service_zone_le:http_request_duration_seconds_bucket:rate1m)",
      ),
      record(
        "service:http_request_duration_seconds:p99_1m",
        "histogram_quantile(0.99, service_le:http_request_duration_seconds_bucket:rate1m)",
      ),
      record(
        "service_zone:process_cpu_seconds:rate1m",
        `sum by (service, zone) (rate(${of("process_cpu_seconds_total")}[1m]))`,
      ),
      record(
        "service_zone:nodejs_eventloop_lag_p99_seconds:max",
        `max by (service, zone) (${of("nodejs_eventloop_lag_p99_seconds")})`,
      ),
      record(
        "service:database_oldest_transaction_seconds:max",
        `max by (service) (${of("database_oldest_transaction_seconds")})`,
      ),
      record("service_zone:up:sum", `sum by (service, zone) (${of("up", ',endpoint="admin"')})`),
    ],
  };
}

/** Seconds that a Node process may take to come to its next task before its requests wait for it. */
const LAG = 0.1;

/** Seconds that a transaction of a healthy service is far from; the database ends one that is left idle after 5 or 10. */
const OPEN_TRANSACTION = 4;

export function goldenSignalAlerts({ p99, services }: Objectives): RuleGroup {
  return {
    name: "trizone-golden-signal-alerts",
    interval: "5s",
    rules: [
      alert("ServiceSlow", "warning", `service:http_request_duration_seconds:p99_1m > ${p99}`, "2m", {
        summary: "{{ $labels.service }}: p99 is {{ $value | humanizeDuration }}",
        description: `One in a hundred requests to {{ $labels.service }} takes longer than ${p99} s. Compare its zones and its saturation, then what it calls.`,
      }),
      alert(
        "ServiceSaturated",
        "warning",
        `service_zone:nodejs_eventloop_lag_p99_seconds:max > ${LAG}`,
        "1m",
        {
          summary: "{{ $labels.service }} in {{ $labels.zone }} lags {{ $value | humanizeDuration }} behind",
          description:
            "A pod's event loop is busy, so that each of its requests waits. Look for a long task in its log, or add pods.",
        },
      ),
      alert("ServiceMissesZone", "critical", "count by (service) (service_zone:up:sum > 0) < 3", "30s", {
        summary: "{{ $labels.service }} answers in {{ $value }} zones of 3",
        description:
          "The loss of one more zone may cost the service. See why its pods there aren't ready; shift the zone away if it is sick.",
      }),
      alert(
        "TransactionLeftOpen",
        "warning",
        `service:database_oldest_transaction_seconds:max > ${OPEN_TRANSACTION}`,
        undefined,
        {
          summary: "A transaction has been open for {{ $value | humanizeDuration }}",
          description:
            "What it has locked, bookings may wait for; the feed waits for it in any case. Find it in pg_stat_activity (xact_start, state, usename) and end it with pg_terminate_backend(pid). The database ends one that is idle after 5 s, or 10 s of a person's; a migration that takes so long is expected to.",
        },
      ),
      ...services.map((service) =>
        alert(
          "ServiceDown",
          "critical",
          `absent(service_zone:up:sum{service="${service}"} > 0)`,
          "15s",
          {
            summary: `${service} answers in no zone`,
            description:
              "None of its pods answers its metrics. See whether they run, and what was deployed last.",
          },
          { service },
        ),
      ),
    ],
  };
}
