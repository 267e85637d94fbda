/** Long enough for the browser to have begun to read it. */
const KEPT_MS = 10_000;
/** What a file may be called on every system. */
const UNUSUAL = /[^\w.-]+/g;

/**
 * Has the browser save a text, given in parts, as a file.
 * @param name other characters than letters, digits, `.`, `_` and `-` become `-`
 * @example saveFile("statement.csv", "text/csv", ["line,amount\r\n", "1,5.00\r\n"]);
 * @param type its media type, without a character set: the text is UTF-8
 */
export function saveFile(name: string, type: string, parts: readonly string[]): void {
  const url = URL.createObjectURL(new Blob([...parts], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name.replaceAll(UNUSUAL, "-");
  link.click();
  // A URL that is kept would hold the file in memory.
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
