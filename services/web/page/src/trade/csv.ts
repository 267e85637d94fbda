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

/** A spreadsheet runs what begins like this as a formula (OWASP, CSV injection), in some languages in full width too. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
/** Stays a number, which a spreadsheet adds up. */
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/** A value as one field of a CSV file (RFC 4180). */
export function csvField(value: string | number | undefined): string {
  const text = String(value ?? "");
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The first line of a statement's CSV file, which names its fields. */
export const CSV_NAMES = `${COLUMNS.join(",")}\r\n`;

/** Lines of a statement as lines of a CSV file. */
export const csvLines = (lines: readonly StatementLine[]): string =>
  lines.map((line) => `${COLUMNS.map((column) => csvField(line[column])).join(",")}\r\n`).join("");
