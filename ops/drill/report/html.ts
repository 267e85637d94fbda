import { escapeText } from "../../load/report/index.ts";
import type { DrillReport } from "./drill-report.ts";
import { latencySvg } from "./svg.ts";

/** One HTML file with nothing beside it: the verdict, the bars, the picture and what happened when. */
export function htmlReport(report: DrillReport): string {
  const { scenario, description, zone, passed, bars, events, orders, sockets, measures } = report;
  const row = (cells: (string | number)[]) =>
    `<tr>${cells.map((cell) => `<td>${escapeText(String(cell))}</td>`).join("")}</tr>`;
  const table = (head: string[], rows: (string | number)[][]) =>
    `<table><thead><tr>${head.map((cell) => `<th>${escapeText(cell)}</th>`).join("")}</tr></thead><tbody>${rows.map(row).join("")}</tbody></table>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Drill ${escapeText(scenario)}: ${passed ? "passed" : "failed"}</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .15rem 1.2rem .15rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent) }
svg { width: 100%; height: auto }
</style>
</head>
<body>
<h1>${escapeText(scenario)}: ${passed ? "✔ passed" : "✖ failed"}</h1>
<p>${escapeText(capital(description))}, in ${escapeText(zone)}, at ${report.rate} requests/s, seed ${report.seed}, ${escapeText(report.startedAt)}.${report.stopped ? " It was ended early." : ""}</p>
${latencySvg(report)}
<h2>What was promised</h2>
${table(
  ["", "bar", "limit", "seen"],
  bars.map(({ kept, name, limit, seen }) => [kept ? "✔" : "✖", name, limit, seen]),
)}
<h2>Orders</h2>
<p>${orders.acknowledged} acknowledged, ${orders.filled} filled, ${orders.repeated} asked for again; ${orders.lost.length} lost, ${orders.doubled.length} doubled.
Of ${measures.requests} requests ${measures.failed} failed. ${sockets.streams} streams: ${sockets.moved} times moved, ${sockets.missed} updates missed, ${sockets.open} open at the end.</p>
${orders.unbalanced.map((text) => `<p>${escapeText(text)}</p>`).join("\n")}
<h2>What happened</h2>
${table(
  ["second", "what", "zone", ""],
  events.map(({ second, kind, zone: of = "", text }) => [second.toFixed(1), kind, of, text]),
)}
${report.generator.map((text) => `<p>The load: ${escapeText(text)}</p>`).join("\n")}
</body>
</html>
`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
