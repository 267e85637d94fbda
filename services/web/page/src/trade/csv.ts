import type { StatementLine } from "../api/client.ts";

const COLUMNS = [
  "line",
  "at",
  "kind",
  "direction",
  "amount",
  "balance",
  "transactionId",
  "orderId",
  "fillId",
] as const;

/** A spreadsheet runs what begins like this as a formula (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r]/;

/** A value as one field of a CSV file (RFC 4180). */
export function csvField(value: string | number | undefined): string {
  const text = String(value ?? "");
  const safe = typeof value === "string" && FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A statement as a CSV file: a line of names, then one for each line of the statement. */
export function csvOf(lines: readonly StatementLine[]): string {
  const rows = lines.map((line) => COLUMNS.map((column) => csvField(line[column])).join(","));
  return `${[COLUMNS.join(","), ...rows].join("\r\n")}\r\n`;
}

/** Has the browser save a text as a file. */
export function saveFile(name: string, type: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun by then; a URL that is kept would hold the file in memory.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
