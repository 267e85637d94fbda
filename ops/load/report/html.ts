import { distribution } from "../histogram.ts";
import type { LoadDocument } from "./document.ts";
import { describe, headline } from "./markdown.ts";
import { escapeText, plot } from "./plot.ts";
import { HEAD, rowsOf } from "./rows.ts";

const STYLE =
  "body{font:14px/1.5 system-ui,sans-serif;max-width:1200px;margin:2em auto;padding:0 1em}" +
  "table{border-collapse:collapse;display:block;overflow-x:auto}td,th{padding:.3em .7em;border-bottom:1px solid #ccc;" +
  "text-align:right;white-space:nowrap}td:first-child{text-align:left}svg{width:100%;max-width:720px;display:block;" +
  "font:11px system-ui}.title{font-weight:600;font-size:13px}.grid{stroke:#8884}text{fill:currentColor}" +
  ".failed{color:#b00020}.passed{color:#0a7d33}@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}}";

/** The result as a page that stands alone, with its plots. */
export function htmlOf(document: LoadDocument): string {
  const { result, crossed, machine, commit } = document;
  const isPassed = result.total.ok > 0 && crossed.length === 0;
  const cells = (tag: string, row: readonly string[]) =>
    row.map((cell) => `<${tag}>${escapeText(cell)}</${tag}>`).join("");
  const notes = [
    ...crossed.map(({ threshold, measured }) => `${threshold}: ${measured}`),
    ...result.generator.limits,
    describe(document),
    `${document.command}`,
    `commit ${commit}, seed ${result.seed}, ${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB, Node ${machine.node}`,
  ];
  return [
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Load test ${result.startedAt}</title>`,
    `<style>${STYLE}</style><h1>Load test</h1>`,
    `<p class="${isPassed ? "passed" : "failed"}"><strong>${escapeText(headline(document))}</strong></p>`,
    `<table><tr>${cells("th", HEAD)}</tr>`,
    ...rowsOf(result).map((row) => `<tr>${cells("td", row)}</tr>`),
    "</table>",
    plots(document),
    `<ul>${notes.map((note) => `<li>${escapeText(note)}</li>`).join("")}</ul></html>\n`,
  ].join("\n");
}

function plots({ result: { series, total } }: LoadDocument): string {
  const over = (read: (second: (typeof series)[number]) => number) =>
    series.map((second) => ({ x: second.second, y: read(second) }));
  // The share of slower requests, by powers of ten: 90 %, 99 %, 99.9 % lie equally far apart.
  const nines = (percentile: number) => -Math.log10(Math.max(1e-6, 1 - percentile / 100));
  const curve = (latencies: typeof total.corrected) =>
    distribution(latencies).map(({ percentile, ms }) => ({ x: nines(percentile), y: ms }));
  const marks = [0, 50, 90, 99, 99.9, 99.99].filter(
    (one) => one <= 90 || total.corrected.count >= 100 / (100 - one),
  );
  return [
    plot({
      ...{ title: "Requests", xLabel: "seconds", yLabel: "requests a second" },
      lines: [
        { name: "succeeded", color: "#0a7d33", points: over(({ ok }) => ok) },
        { name: "failed", color: "#d62839", points: over(({ ok, requests }) => requests - ok) },
      ],
    }),
    plot({
      ...{ title: "Latency over time", xLabel: "seconds", yLabel: "ms" },
      lines: [
        { name: "p50", color: "#1f77b4", points: over(({ p50 }) => p50) },
        { name: "p99", color: "#e07a00", points: over(({ p99 }) => p99) },
        { name: "max", color: "#999999", points: over(({ max }) => max) },
      ],
    }),
    plot({
      ...{ title: "Latency by percentile", xLabel: "percentile", yLabel: "ms" },
      ticks: marks.map((one) => ({ x: nines(one), text: `${one}` })),
      lines: [
        { name: "corrected", color: "#1f77b4", points: curve(total.corrected) },
        { name: "uncorrected", color: "#999999", points: curve(total.uncorrected) },
      ],
    }),
  ].join("\n");
}
