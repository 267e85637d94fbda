import { FAILURES, type Failure } from "./exchange.ts";
import type { LoadResult, Summary } from "./result.ts";

/** A condition under which a load counts as failed, as `p99>500ms` says it. */
export interface Threshold {
  text: string;
  /** Only the requests of this key. */
  key: string | undefined;
  metric: string;
  operator: ">" | ">=" | "<" | "<=";
  /** Milliseconds, a share from 0 to 1, or a count. */
  value: number;
}

const LATENCIES = ["average", "p50", "p90", "p95", "p99", "p99.9", "max"] as const;
const SHARES = ["success", "errors"] as const;
const COUNTS: readonly string[] = ["rate", "requests", "failures", ...FAILURES];

const FORM =
  /^(?:(?<key>.+):)?(?<metric>[a-z0-9.]+)\s*(?<operator>>=|<=|>|<)\s*(?<value>[\d.]+)\s*(?<unit>us|ms|s|%)?$/;
const IN_MS = { us: 0.001, ms: 1, s: 1000 };

/** @throws Error that says which forms there are */
export function parseThreshold(text: string): Threshold {
  const { key, metric = "", operator, value: digits, unit } = FORM.exec(text.trim())?.groups ?? {};
  const value = Number(digits);
  const bare = metric.replace(/^uncorrected\./, "");
  const fail = (why: string): never => {
    throw new Error(
      `"${text}" is no threshold: ${why}. Write [host:]METRIC>VALUE, e.g. p99>500ms, errors>1%, success<99.9%, ` +
        `rate<100, timeout>0, foo.localhost:p95>0.2s; metrics are ${[...LATENCIES, ...SHARES, ...COUNTS].join(", ")} ` +
        "and uncorrected.p99",
    );
  };
  if (!operator || Number.isNaN(value)) fail("it has no comparison");
  const at = { text: text.trim(), key, metric, operator: operator as Threshold["operator"] };
  if ((LATENCIES as readonly string[]).includes(bare)) {
    if (unit === "%") fail("a latency is in us, ms or s");
    return { ...at, value: value * IN_MS[(unit ?? "ms") as keyof typeof IN_MS] };
  }
  if ((SHARES as readonly string[]).includes(metric)) {
    if (unit !== undefined && unit !== "%") fail("a share is in %, or from 0 to 1");
    return { ...at, value: unit === "%" ? value / 100 : value };
  }
  if (!COUNTS.includes(metric)) fail(`there is no metric ${metric || "in it"}`);
  if (unit !== undefined) fail(`${metric} has no unit`);
  return { ...at, value };
}

/** A threshold that a result has crossed. */
export interface Crossed {
  threshold: string;
  /** What was measured, as text. */
  measured: string;
}

/**
 * The thresholds that a result crosses; an unknown key crosses its own, since what was never asked can't be fine, and
 * a latency threshold where nothing succeeded.
 */
export function crossed(result: LoadResult, thresholds: readonly Threshold[]): Crossed[] {
  return thresholds.flatMap((threshold) => {
    const summary = threshold.key === undefined ? result.total : result.keys[threshold.key];
    if (!summary) return [{ threshold: threshold.text, measured: `no request of ${threshold.key}` }];
    const { value, text } = measured(summary, threshold.metric);
    if (value === undefined) return [{ threshold: threshold.text, measured: text }];
    return compare(value, threshold) ? [{ threshold: threshold.text, measured: text }] : [];
  });
}

function compare(value: number, { operator, value: limit }: Threshold): boolean {
  if (operator === ">") return value > limit;
  if (operator === ">=") return value >= limit;
  return operator === "<" ? value < limit : value <= limit;
}

function measured(summary: Summary, metric: string): { value: number | undefined; text: string } {
  const latencies = metric.startsWith("uncorrected.") ? summary.uncorrected : summary.corrected;
  const name = LATENCIES.find((one) => one === metric.replace(/^uncorrected\./, ""));
  if (name) {
    if (latencies.count === 0) return { value: undefined, text: "no request succeeded" };
    return { value: latencies[name], text: `${latencies[name]} ms` };
  }
  const share = (value: number) => ({ value, text: `${Number((value * 100).toFixed(3))} %` });
  if (metric === "success") return share(summary.success);
  if (metric === "errors") return share(1 - summary.success);
  const count = (value: number) => ({ value, text: `${Number(value.toFixed(1))}` });
  if (metric === "rate") return count(summary.perSecond);
  if (metric === "requests") return count(summary.requests);
  if (metric === "failures") return count(summary.requests - summary.ok);
  return count(summary.failures[metric as Failure] ?? 0);
}
