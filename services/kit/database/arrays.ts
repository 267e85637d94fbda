/**
 * An array as PostgreSQL writes it, of values that need no quotes: numbers, UUIDs, times, words of letters and digits.
 * Much cheaper than what the driver makes of an array, which looks at each element.
 */
export function plainArray(values: readonly (string | number)[]): string {
  return `{${values.join(",")}}`;
}

const SPECIAL = /["\\]/;

/** An array of any texts; `undefined` is NULL. */
export function textArray(values: readonly (string | undefined)[]): string {
  let text = "{";
  for (const [i, value] of values.entries()) {
    if (i > 0) text += ",";
    if (value === undefined) text += "NULL";
    else text += SPECIAL.test(value) ? `"${value.replace(/["\\]/g, "\\$&")}"` : `"${value}"`;
  }
  return `${text}}`;
}

/** An array of bytes. */
export function bytesArray(values: readonly Buffer[]): string {
  let text = "{";
  for (const [i, value] of values.entries()) text += `${i > 0 ? "," : ""}"\\\\x${value.toString("hex")}"`;
  return `${text}}`;
}
