/** A rule of Prometheus that names a query's result, `level:metric:operation`. */
export interface RecordingRule {
  record: string;
  expr: string;
  labels?: Record<string, string>;
}

export interface AlertRule {
  alert: string;
  expr: string;
  /** How long it must hold, e.g. `30s`. */
  for?: string;
  labels: Record<string, string>;
  annotations: { summary: string; description: string };
}

/** Rules that are evaluated one after the other, at the same time. */
export interface RuleGroup {
  name: string;
  /** e.g. `5s`. */
  interval: string;
  rules: (RecordingRule | AlertRule)[];
}

/** The services and the objectives that they are held to. */
export interface Objectives {
  /** Namespace of the services' pods. */
  namespace: string;
  /** Services that must always be there. */
  services: readonly string[];
  /** Share of requests that are answered without a server error, in 30 days. */
  availability: number;
  /** Seconds in which 99 of 100 requests are answered. */
  p99: number;
}

/** `critical` wakes somebody up; `warning` waits for the morning. */
export type Severity = "critical" | "warning";

/** @param texts what is wrong, and what to look at or do */
export function alert(
  name: string,
  severity: Severity,
  expr: string,
  hold: string | undefined,
  texts: AlertRule["annotations"],
  labels: Record<string, string> = {},
): AlertRule {
  return {
    alert: name,
    expr,
    ...(hold ? { for: hold } : {}),
    labels: { severity, platform: "trizone", ...labels },
    annotations: texts,
  };
}
