import { HTTPException } from "hono/http-exception";

/** A media type with parameters as RFC 9110, 8.3.1 writes them: blanks around semicolons, and nothing between two, are fine. */
const JSON_TYPE = (() => {
  const token = "[\\w!#$%&'*+.^`|~-]+";
  const parameter = `${token}=(?:${token}|"(?:[^"\\\\]|\\\\.)*")`;
  return new RegExp(`^application/json[ \\t]*(?:;[ \\t]*(?:${parameter}[ \\t]*)?)*$`, "i");
})();

const UTF_8 = new TextDecoder("utf-8", { fatal: true });

/** Text of UTF-8, without a byte order mark; nothing when it is not UTF-8. */
export function decodeText(bytes: ArrayBuffer | Uint8Array): string | undefined {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * The value of a request's JSON body. Nothing at all, without a Content-Type, is an empty object: what it lacks is told.
 * A byte order mark is ignored (RFC 8259, 8.1), whatever the charset says: JSON is UTF-8.
 * @param text nothing when it is not UTF-8
 * @throws HTTPException 415 when it isn't said to be JSON, 400 when it isn't JSON
 */
export function parseBody(type: string | undefined, text: string | undefined): unknown {
  if (!type && text === "") return {};
  if (!type || !JSON_TYPE.test(type)) throw new HTTPException(415);
  try {
    if (text === undefined) throw new SyntaxError("the body is not UTF-8");
    return parseExact(text);
  } catch (cause) {
    throw new HTTPException(400, { cause });
  }
}

/** A number with a fraction, an exponent or more digits than a double holds; maybe only within a text. */
const MAYBE_INEXACT = /[[:,]\s*-?\d+(?:[.eE]|\d{15})|^\s*-?\d/;

/** As `JSON.parse`, but a number that only rounding makes a whole one is not a number. Where doubles have gaps, all are rounded. */
function parseExact(text: string): unknown {
  if (!MAYBE_INEXACT.test(text)) return JSON.parse(text);
  const check = (_key: string, value: unknown, { source }: { source?: string } = {}) =>
    typeof value === "number" &&
    source !== undefined &&
    Number.isSafeInteger(value) &&
    !isExact(source, value)
      ? Number.NaN
      : value;
  return JSON.parse(text, check as (key: string, value: unknown) => unknown);
}

/** Whether a number's text means a whole number itself. Equal significant digits and magnitude mean equal numbers. */
function isExact(source: string, value: number): boolean {
  const digits = (text: string) => {
    const [mantissa = "", exponent = "0"] = text.replace(/^-/, "").toLowerCase().split("e");
    const [whole = "", fraction = ""] = mantissa.split(".");
    const all = (whole + fraction).replace(/^0+/, "");
    const significant = all.replace(/0+$/, "");
    return [significant, significant && Number(exponent) + all.length - fraction.length].join();
  };
  return digits(source) === digits(BigInt(value).toString());
}
