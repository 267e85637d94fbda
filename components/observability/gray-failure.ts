import { alert, type RecordingRule, type RuleGroup } from "./rule.ts";

const record = (name: string, expr: string): RecordingRule => ({ record: name, expr });

/** `service_zone:x` of the zone's others, all together: the service's less the zone's own. */
const others = (metric: string, by = "service") =>
  `- service_zone${metric} + on (${by}) group_left () service${metric}`;

const NUMBER = "service_zone:http_requests:rate1m * 60";
const NUMBER_OTHERS = "service_zone:http_requests_others:rate1m * 60";

/**
 * Each zone against the other two pooled, as a zone that is sick rarely looks sick by itself: the difference of the
 * error ratios, with the score of a two-proportion test beside it, and the ratio of the p99s.
 */
export function grayFailure(): RuleGroup {
  return {
    name: "trizone-gray-failure",
    interval: "5s",
    rules: [
      record("service_zone:http_requests_others:rate1m", others(":http_requests:rate1m")),
      record("service_zone:http_errors_others:rate1m", others(":http_errors:rate1m")),
      record(
        "service_zone:http_errors_others:ratio1m",
        "service_zone:http_errors_others:rate1m / (service_zone:http_requests_others:rate1m > 0)",
      ),
      record(
        "service_zone:http_errors:difference1m",
        "service_zone:http_errors:ratio1m - service_zone:http_errors_others:ratio1m",
      ),
      record(
        "service_zone:http_errors:z1m",
        // Pooled standard error; without any error, or with nothing but errors, there is nothing to compare.
        `service_zone:http_errors:difference1m / (sqrt((1 / (${NUMBER}) + 1 / (${NUMBER_OTHERS})) * on (service) group_left () (service:http_errors:ratio1m * (1 - service:http_errors:ratio1m))) > 0)`,
      ),
      record(
        "service_zone:http_request_duration_seconds:p99_others_1m",
        `histogram_quantile(0.99, ${others("_le:http_request_duration_seconds_bucket:rate1m", "service, le")})`,
      ),
      record(
        "service_zone:http_request_duration_seconds:p99_ratio1m",
        "service_zone:http_request_duration_seconds:p99_1m / (service_zone:http_request_duration_seconds:p99_others_1m > 0)",
      ),
    ],
  };
}

/** Errors that a zone has more than the others, as a share, and the one-sided score of 1 in 1,000 by chance. */
const DIFFERENCE = 0.01;
const SCORE = 3.09;

/** How much slower than the others a zone is, by ratio and by seconds, and how many requests a second say so. */
const RATIO = 2;
const SECONDS = 0.02;
const TRAFFIC = 1;

export function grayFailureAlerts(): RuleGroup {
  const slower =
    "service_zone:http_request_duration_seconds:p99_1m - service_zone:http_request_duration_seconds:p99_others_1m";
  return {
    name: "trizone-gray-failure-alerts",
    interval: "5s",
    rules: [
      alert(
        "ZoneFailsMore",
        "critical",
        `service_zone:http_errors:difference1m > ${DIFFERENCE} and service_zone:http_errors:z1m > ${SCORE}`,
        "15s",
        {
          summary:
            "{{ $labels.service }} in {{ $labels.zone }} fails {{ $value | humanizePercentage }} more than in the other zones",
          description:
            "More than chance explains. If the other zones can take its share and no rollout is under way, shift the zone away.",
        },
        { signal: "gray-failure" },
      ),
      alert(
        "ZoneSlower",
        "critical",
        `service_zone:http_request_duration_seconds:p99_ratio1m > ${RATIO} and ${slower} > ${SECONDS} and service_zone:http_requests:rate1m > ${TRAFFIC}`,
        "30s",
        {
          summary:
            "{{ $labels.service }} in {{ $labels.zone }}: p99 is {{ $value | humanize }} times that of the other zones",
          description:
            "The zone answers, but slowly. If the other zones can take its share and no rollout is under way, shift the zone away.",
        },
        { signal: "gray-failure" },
      ),
    ],
  };
}
