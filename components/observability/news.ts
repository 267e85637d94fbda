import { dashboard } from "./panel.ts";
import { alert, type Objectives, type RecordingRule, type RuleGroup } from "./rule.ts";

const record = (name: string, expr: string): RecordingRule => ({ record: name, expr });

/** Seconds that a text may wait for the model, p95, before more pods are needed than the autoscaler gives. */
const QUEUE = 0.5;

/** Population stability index from which a feature counts as shifted, by the rule of thumb of credit scoring. */
const SHIFTED = 0.25;

/** What the model says, of which version, and how long each stage of it takes, of what `services/news` measures. */
export function newsSignals({ namespace }: Objectives): RuleGroup {
  const of = (metric: string) => `${metric}{namespace="${namespace}"}`;
  const quantile = (share: number) =>
    `histogram_quantile(${share}, sum by (stage, version, variant, le) (rate(${of("prediction_latency_seconds_bucket")}[1m])))`;
  return {
    name: "trizone-news",
    interval: "5s",
    rules: [
      record("stage_version:prediction_latency_seconds:p50_1m", quantile(0.5)),
      record("stage_version:prediction_latency_seconds:p95_1m", quantile(0.95)),
      record(
        "label_version:predictions:rate5m",
        `sum by (label, version, variant) (rate(${of("predictions_total")}[5m]))`,
      ),
      record(
        "version:prediction_errors:rate1m",
        `sum by (version, variant) (rate(${of("prediction_errors_total")}[1m]))`,
      ),
      record(
        "version:prediction_batch_size:mean1m",
        `sum by (version) (rate(${of("prediction_batch_size_sum")}[1m])) / (sum by (version) (rate(${of("prediction_batch_size_count")}[1m])) > 0)`,
      ),
      record(
        "version:prediction_confidence:mean5m",
        `sum by (version) (rate(${of("prediction_confidence_sum")}[5m])) / (sum by (version) (rate(${of("prediction_confidence_count")}[5m])) > 0)`,
      ),
      record(
        "version:prediction_tokens:mean5m",
        `sum by (version) (rate(${of("prediction_tokens_sum")}[5m])) / (sum by (version) (rate(${of("prediction_tokens_count")}[5m])) > 0)`,
      ),
      record(
        "version:prediction_unknown_tokens:ratio5m",
        `sum by (version) (rate(${of("prediction_unknown_tokens_total")}[5m])) / (sum by (version) (rate(${of("prediction_tokens_total")}[5m])) > 0)`,
      ),
      record(
        "feature_version:prediction_drift_psi:max",
        `max by (feature, version) (${of("prediction_drift_psi")})`,
      ),
      record("version:prediction_drift:max", `max by (version) (${of("prediction_drift")})`),
      record(
        "version_why:model_refused:increase10m",
        `sum by (version, why) (increase(${of("model_refused_total")}[10m]))`,
      ),
      record(
        "version_why:model_rollbacks:increase10m",
        `sum by (version, why) (increase(${of("model_rollbacks_total")}[10m]))`,
      ),
      record("service:model_bucket_reachable:max", `max by (service) (${of("model_bucket_reachable")})`),
      record(
        "state_version:model_version_state:sum",
        `sum by (state, version) (${of("model_version_state")})`,
      ),
    ],
  };
}

export function newsAlerts(): RuleGroup {
  return {
    name: "trizone-news-alerts",
    interval: "5s",
    rules: [
      alert("ModelDrift", "warning", "version:prediction_drift:max == 1", "5m", {
        summary: "What model {{ $labels.version }} reads or says has shifted",
        description:
          "The last windows differ from the version's reference. Look at the dashboard for which feature; if the news has changed for good, train the model anew with it.",
      }),
      alert("ModelRefused", "warning", "version_why:model_refused:increase10m > 0", undefined, {
        summary: "Model {{ $labels.version }} was refused: {{ $labels.why }}",
        description:
          "The version before it still answers. See the log of news for what is wrong, and publish a new version.",
      }),
      alert("ModelRolledBack", "warning", "version_why:model_rollbacks:increase10m > 0", undefined, {
        summary: "The canary of model {{ $labels.version }} was ended: {{ $labels.why }}",
        description:
          "The version before it answers all users again. Compare both on the dashboard before trying again.",
      }),
      alert("ModelBucketAway", "warning", "service:model_bucket_reachable:max == 0", "5m", {
        summary: "No pod reaches the model bucket",
        description:
          "What is loaded still answers, but new pods don't get ready and versions aren't switched. Check the pods' role and the way to S3.",
      }),
      alert(
        "ModelQueueLong",
        "warning",
        `max by (version) (stage_version:prediction_latency_seconds:p95_1m{stage="queue"}) > ${QUEUE}`,
        "5m",
        {
          summary: "Texts wait {{ $value | humanizeDuration }} for model {{ $labels.version }}",
          description:
            "The pods' CPUs are busy. See whether the autoscaler is at its maximum, or nodes have no room.",
        },
      ),
    ],
  };
}

/** The dashboard: whether it is the database or the model, which version answers, and whether the news has changed. */
export function newsDashboard(): object {
  return dashboard("trizone-news", "Trizone: market news and its model", [
    {
      title: "Time in each stage, p95",
      unit: "s",
      queries: { "stage_version:prediction_latency_seconds:p95_1m": "{{stage}} {{version}} {{variant}}" },
      limit: QUEUE,
    },
    {
      title: "Requests, p99 with storing",
      unit: "s",
      queries: { 'service_zone:http_request_duration_seconds:p99_1m{service="news"}': "{{zone}}" },
    },
    {
      title: "Predictions by label",
      unit: "reqps",
      queries: { "label_version:predictions:rate5m": "{{label}} {{version}} {{variant}}" },
    },
    {
      title: "Failed analyses",
      unit: "reqps",
      queries: { "version:prediction_errors:rate1m": "{{version}} {{variant}}" },
    },
    {
      title: "Texts of a batch, mean",
      unit: "short",
      queries: { "version:prediction_batch_size:mean1m": "{{version}}" },
    },
    {
      title: "Confidence, mean",
      unit: "percentunit",
      queries: { "version:prediction_confidence:mean5m": "{{version}}" },
    },
    {
      title: "Tokens of a text, mean",
      unit: "short",
      queries: { "version:prediction_tokens:mean5m": "{{version}}" },
    },
    {
      title: "Tokens that the vocabulary lacks",
      unit: "percentunit",
      queries: { "version:prediction_unknown_tokens:ratio5m": "{{version}}" },
    },
    {
      title: "Shift from the reference (population stability index)",
      unit: "short",
      queries: { "feature_version:prediction_drift_psi:max": "{{feature}} {{version}}" },
      limit: SHIFTED,
    },
    {
      title: "Versions that pods have loaded",
      unit: "short",
      queries: { "state_version:model_version_state:sum": "{{version}} {{state}}" },
    },
  ]);
}
