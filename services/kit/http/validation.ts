import type { z } from "zod";
import type { FieldError } from "./problem.ts";

type Issue = z.core.$ZodIssue;

const escapePointer = (part: string) => part.replaceAll("~", "~0").replaceAll("/", "~1");

function fieldError(path: PropertyKey[], message: string, inBody: boolean): FieldError {
  const parts = path.map(String);
  if (parts.length === 0) return { field: "body", message };
  const pointer = parts.map((part) => `/${escapePointer(part)}`).join("");
  return { field: parts.join("."), ...(inBody && { pointer }), message };
}

/**
 * One entry per wrong field. Unknown fields are named each on their own, as a typing error in an optional field's
 * name would otherwise be hard to find.
 */
export function fieldErrors(issues: readonly Issue[], where: "body" | "elsewhere"): FieldError[] {
  return issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => fieldError([...issue.path, key], "is not a known field", where === "body"))
      : [fieldError(issue.path, issue.message, where === "body")],
  );
}
