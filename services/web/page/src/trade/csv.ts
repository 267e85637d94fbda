import type { StatementLine } from "../api/types.ts";

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
