import type { Failure } from "./exchange.ts";
import { mergeLatencies } from "./histogram.ts";
import type { LoadResult, Second, Summary } from "./result.ts";

/**
 * The result of loads that ran at the same time, as of several processes on one server: counts, rates and histograms
 * are added up, and seconds of the same number, whose percentiles become the worst of them.
 * @throws Error where there is none
 */
export function mergeResults(results: readonly LoadResult[]): LoadResult {
  const [first] = results;
  if (!first) throw new Error("there is no result to merge");
  const names = [...new Set(results.flatMap(({ keys }) => Object.keys(keys)))].sort();
  const sum = (read: (result: LoadResult) => number) => results.reduce((total, one) => total + read(one), 0);
  const rates = results.flatMap(({ rate }) => (rate === undefined ? [] : [rate]));
  return {
    ...first,
    startedAt: results.map(({ startedAt }) => startedAt).sort()[0] ?? first.startedAt,
    seconds: Math.max(...results.map(({ seconds }) => seconds)),
    ...(rates.length > 0 ? { rate: rates.reduce((total, one) => total + one, 0) } : {}),
    connections: sum(({ connections }) => connections),
    stopped: results.some(({ stopped }) => stopped),
    total: mergeSummaries(results.map(({ total }) => total)),
    keys: Object.fromEntries(
      names.map((name) => [name, mergeSummaries(results.flatMap(({ keys }) => keys[name] ?? []))]),
    ),
    series: mergeSeconds(results.flatMap(({ series }) => series)),
    generator: {
      limits: [...new Set(results.flatMap(({ generator }) => generator.limits))],
      eventLoop: Math.max(...results.map(({ generator }) => generator.eventLoop)),
      cores: sum(({ generator }) => generator.cores),
      lateP99: Math.max(...results.map(({ generator }) => generator.lateP99)),
      waiting: sum(({ generator }) => generator.waiting),
    },
  };
}

function mergeSummaries(all: readonly Summary[]): Summary {
  const sum = (read: (one: Summary) => number) => all.reduce((total, one) => total + read(one), 0);
  const [requests, ok] = [sum((one) => one.requests), sum((one) => one.ok)];
  return {
    requests,
    ok,
    success: requests === 0 ? 1 : ok / requests,
    perSecond: sum((one) => one.perSecond),
    failures: addUp(all.map(({ failures }) => failures)) as Summary["failures"],
    statuses: addUp(all.map(({ statuses }) => statuses)),
    bytes: sum((one) => one.bytes),
    corrected: mergeLatencies(all.map(({ corrected }) => corrected)),
    uncorrected: mergeLatencies(all.map(({ uncorrected }) => uncorrected)),
  };
}

function mergeSeconds(all: readonly Second[]): Second[] {
  const merged = new Map<number, Second>();
  for (const one of all) {
    const there = merged.get(one.second);
    merged.set(one.second, there ? addSeconds(there, one) : one);
  }
  return [...merged.values()].sort((one, other) => one.second - other.second);
}

function addSeconds(one: Second, other: Second): Second {
  return {
    second: one.second,
    requests: one.requests + other.requests,
    ok: one.ok + other.ok,
    failures: addUp([one.failures, other.failures]) as Partial<Record<Failure, number>>,
    p50: Math.max(one.p50, other.p50),
    p99: Math.max(one.p99, other.p99),
    max: Math.max(one.max, other.max),
  };
}

function addUp(all: readonly Record<string, number | undefined>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const counts of all) {
    for (const [name, count = 0] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}
