import type { LoadDocument } from "./document.ts";
import { HEAD, rowsOf } from "./rows.ts";

/** The result for a pull request or a file. */
export function markdownOf(document: LoadDocument): string {
  const { result, crossed, machine, commit } = document;
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [
    `**${headline(document)}**`,
    "",
    line(HEAD),
    line(HEAD.map((_, index) => (index === 0 ? "---" : "---:"))),
    ...rowsOf(result).map(line),
    "",
    ...crossed.map(({ threshold, measured }) => `- ❌ \`${threshold}\`: ${measured}`),
    ...result.generator.limits.map((limit) => `- ⚠️ ${limit}`),
    `- ${describe(document)}`,
    `- commit \`${commit}\`, seed ${result.seed}, ${machine.cores} cores (${machine.cpu}), Node ${machine.node}`,
    "",
  ].join("\n");
}

/** Whether it passed, in one line. */
export function headline({ result: { total, stopped }, crossed }: LoadDocument): string {
  const end = stopped ? ", stopped before its end" : "";
  if (total.ok === 0) return `Failed: none of ${total.requests} requests succeeded${end}`;
  if (crossed.length > 0) return `Failed: ${crossed.map(({ threshold }) => threshold).join(", ")}${end}`;
  return `Passed: ${total.ok.toLocaleString("en")} of ${total.requests.toLocaleString("en")} requests succeeded${end}`;
}

/** What was sent, and what the latencies mean. */
export function describe({ result }: LoadDocument): string {
  const { model, rate, connections, seconds, warmUpSeconds, timeoutMs } = result;
  const how =
    model === "open"
      ? `${rate} requests/s at planned times (open model, up to ${connections} under way); latencies count from ` +
        "then, uncorrected ones from when a request was sent"
      : `${connections} connections, each sends when it has its answer (closed model): latencies leave out what a ` +
        "stall would have held back";
  const warm = warmUpSeconds > 0 ? ` after a warm-up of ${warmUpSeconds} s` : "";
  return `${seconds.toFixed(1)} s${warm}: ${how}; a request fails after ${timeoutMs / 1000} s`;
}
