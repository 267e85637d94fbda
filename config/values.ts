import { z } from "zod";
import { isPrivate, parseCidr } from "./cidr.ts";

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

/** A number between 0 and 1, neither of them. */
export function fraction() {
  const error = "expected a number between 0 and 1, such as 0.999";
  return z.preprocess(
    (value) => (typeof value === "string" && /^0?\.\d+$/.test(value) ? Number(value) : value),
    z.number({ error }).gt(0, { error }).lt(1, { error }),
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

/** A VPC's range, of the sizes that AWS takes. */
export function privateRange() {
  const expected = "a private range of /16 to /28 such as 10.0.0.0/16";
  return text(expected).refine(
    (cidr) => {
      const range = parseCidr(cidr);
      return range !== undefined && range.prefix >= 16 && range.prefix <= 28 && isPrivate(range);
    },
    { error: `expected ${expected}` },
  );
}
