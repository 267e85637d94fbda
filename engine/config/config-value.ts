import { isObject } from "../graph/index.ts";
import { Timestamp } from "./timestamp.ts";

/** What an encrypted value is read as: only the stack's own secrets provider could decrypt it. */
const ENCRYPTED = "[secret]";

/** A value of a stack's config. */
export interface ConfigValue {
  /** As the program gets it: plain values as text, objects and lists as JSON. */
  text: string;
  /** The same as a declared type is held against it: text, or what the JSON says; undefined where it is encrypted. */
  content: unknown;
  /** Whether it is encrypted, or something in it is. */
  secret: boolean;
}

/** A value of a stack's file as the CLI passes it on. @throws Error for a number that JSON doesn't have */
export function configValue(decoded: unknown): ConfigValue {
  if (isEncrypted(decoded)) return { text: ENCRYPTED, content: undefined, secret: true };
  if (decoded === null) return { text: "", content: "", secret: false };
  if (typeof decoded !== "object" || decoded instanceof Timestamp) return ofText(textOf(decoded));
  let secret = false;
  const reveal = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reveal);
    if (isEncrypted(value)) {
      secret = true;
      return ENCRYPTED;
    }
    if (value instanceof Timestamp) return String(value);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, reveal(item)]));
  };
  const text = jsonText(reveal(decoded));
  return { text, content: JSON.parse(text), secret };
}

/** A config value that is plain text. */
export function ofText(text: string): ConfigValue {
  return { text, content: text, secret: false };
}

/** The text of a plain value: numbers are printed anew (1.50 is 1.5). */
export function textOf(plain: unknown): string {
  if (typeof plain === "string" || plain instanceof Timestamp) return String(plain);
  return jsonText(plain);
}

function isEncrypted(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 1 && typeof value.secure === "string";
}

/** JSON as Go prints it: keys in order, and no character that HTML would take for its own. */
export function jsonText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number" && !Number.isFinite(value)) throw new Error(`JSON has no number ${value}`);
  if (value instanceof Timestamp) return jsonText(value.rfc3339);
  if (isObject(value)) {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${jsonText(key)}:${jsonText(value[key])}`).join(",")}}`;
  }
  return JSON.stringify(value ?? null).replace(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
