import { HTTP_FAILURES } from "../exchange.ts";
import type { LoadResult, Summary } from "../result.ts";

/** Columns of the table of keys. */
export const HEAD = [
  ...["", "requests", "success", "requests/s", "average", "p50", "p90", "p95", "p99", "p99.9", "max"],
  ...["uncorrected p99", "HTTP failures", "network failures"],
];

/** A row for each key and one for all, as text. */
export function rowsOf({ total, keys }: LoadResult): string[][] {
  const all = Object.entries(keys).map(([key, summary]) => rowOf(key, summary));
  return all.length === 1 ? all : [...all, rowOf("total", total)];
}

function rowOf(key: string, summary: Summary): string[] {
  const { requests, success, perSecond, corrected, uncorrected } = summary;
  const { average, p50, p90, p95, p99, max } = corrected;
  return [
    key,
    requests.toLocaleString("en"),
    percent(success),
    perSecond.toLocaleString("en", { maximumFractionDigits: 1 }),
    ...[average, p50, p90, p95, p99, corrected["p99.9"], max].map(milliseconds),
    milliseconds(uncorrected.p99),
    failures(summary, true),
    failures(summary, false),
  ];
}

function percent(share: number): string {
  // 99.99 % is not 100 %.
  return `${Math.floor(share * 1e5) / 1e3} %`;
}

function milliseconds(ms: number): string {
  return `${ms >= 100 ? Math.round(ms) : Number(ms.toPrecision(3))} ms`;
}

function failures({ failures: counts, statuses }: Summary, isHttp: boolean): string {
  const named = Object.entries(counts).filter(
    ([name]) => (HTTP_FAILURES as readonly string[]).includes(name) === isHttp,
  );
  if (!isHttp) return named.map(([name, count]) => `${name} ${count}`).join(", ") || "-";
  const byStatus = Object.entries(statuses).filter(([status]) => Number(status) >= 400);
  const body = counts.body ? [["unexpected body", counts.body] as const] : [];
  return [...byStatus, ...body].map(([name, count]) => `${name} ${count}`).join(", ") || "-";
}
