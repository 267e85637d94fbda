import type { FieldError } from "./problem.ts";

const KEY = /^[\x21-\x7e]{1,255}$/;

/** What is wrong with a request's Idempotency-Key header; nothing when it is good. */
export function idempotencyKeyProblem(key: string | undefined): FieldError | undefined {
  if (key && KEY.test(key)) return undefined;
  const message = key
    ? "must be 1 to 255 visible ASCII characters"
    : "is required: a value of your choice, the same when you repeat this request, e.g. a UUID";
  return { field: "Idempotency-Key", message };
}

/** The header as a parameter of a route, for `createRoute`. It is checked with the body, so that one answer names all that is wrong. */
export const idempotencyKeyParameter = {
  name: "Idempotency-Key",
  in: "header" as const,
  required: true,
  schema: { type: "string" as const, minLength: 1, maxLength: 255 },
};
