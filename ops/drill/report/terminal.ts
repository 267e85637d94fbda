import type { DrillReport } from "./drill-report.ts";

/** From nothing to the most: the blocks of a line of text that is a plot. */
const BLOCKS = " ▁▂▃▄▅▆▇█";
const COLUMNS = 72;

/** A report as text: the bars, a line for each zone's 99th percentile, and what happened. */
export function terminalReport(report: DrillReport): string {
  const { scenario, zone, passed, bars, orders, events, series, seconds } = report;
  const width = Math.max(...bars.map(({ name }) => name.length));
  const names = Object.keys(series.p99Ms).filter((name) => name !== "all");
  const most = Math.max(
    1,
    ...names.flatMap((name) => series.p99Ms[name] ?? []).filter((value) => value !== null),
  );
  return [
    `${passed ? "✔" : "✖"} ${scenario} in ${zone}: ${passed ? "every bar was kept" : "a bar was missed"} (${Math.round(seconds)} s)`,
    "",
    ...bars.map(
      ({ kept, name, limit, seen }) =>
        `  ${kept ? "✔" : "✖"} ${name.padEnd(width)}  ${seen.padEnd(12)} ${limit}`,
    ),
    "",
    `  p99 of each zone over ${series.requests.length} s, at most ${Math.round(most)} ms; ▲ from the fault to the heal`,
    ...names.map((name) => `  ${name.slice(-2)} ${line(series.p99Ms[name] ?? [], most)}`),
    `     ${faultLine(report)}`,
    "",
    ...events.map(
      ({ second, kind, text }) => `  ${`${second.toFixed(1)} s`.padStart(9)}  ${kind.padEnd(9)} ${text}`,
    ),
    "",
    `  ${orders.acknowledged} orders acknowledged, ${orders.filled} filled, ${orders.repeated} asked for again, ${orders.lost.length} lost, ${orders.doubled.length} doubled`,
    ...orders.unbalanced.map((text) => `  ${text}`),
    ...report.generator.map((text) => `  the load: ${text}`),
  ].join("\n");
}

/** The largest value of each column's seconds, on a logarithmic scale. */
function line(values: readonly (number | null)[], most: number): string {
  return columns(values.length)
    .map(([from, to]) => {
      const inside = values.slice(from, to).filter((value) => value !== null);
      if (inside.length === 0) return " ";
      const share = Math.log(1 + Math.max(...inside)) / Math.log(1 + most);
      return BLOCKS[Math.max(1, Math.round(share * (BLOCKS.length - 1)))];
    })
    .join("");
}

function faultLine({ series }: DrillReport): string {
  return columns(series.requests.length)
    .map(([from, to]) => (to > series.faultSecond && from < series.healSecond ? "▲" : " "))
    .join("");
}

function columns(length: number): [number, number][] {
  const count = Math.min(COLUMNS, length);
  return Array.from({ length: count }, (_, index) => [
    Math.floor((index * length) / count),
    Math.floor(((index + 1) * length) / count),
  ]);
}
