import { z } from "zod";

/** A stack's config crosses as text, and `--set` makes texts of what YAML had typed: scalars are taken either way. */
export function text(expected: string, pattern = /^\S.*$/) {
  const error = `expected ${expected}`;
  return z.preprocess(
    (value) => (typeof value === "number" ? String(value) : value),
    z.string({ error }).regex(pattern, { error }),
  );
}

/** A whole number in a range. */
export function count(min: number, max: number) {
  const error = `expected a whole number from ${min} to ${max}`;
  return z.preprocess(
    (value) => (typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value),
    z.int({ error }).min(min, { error }).max(max, { error }),
  );
}

export function bool() {
  return z.preprocess(
    (value) => (value === "true" ? true : value === "false" ? false : value),
    z.boolean({ error: "expected true or false" }),
  );
}

/** An object or array, which Pulumi passes as JSON. What isn't JSON is left as it is, for the schema to refuse. */
export function json<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => {
    if (typeof value !== "string") return value;
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }, schema);
}
