import type { Context } from "hono";
import type { z } from "zod";
import { refuseBody } from "./api.ts";
import { type FieldError, ProblemError } from "./problem.ts";

const KEY = /^[\x21-\x7e]{1,255}$/;

/** What is wrong with a request's Idempotency-Key header; nothing when it is good. */
export function idempotencyKeyProblem(key: string | undefined): FieldError | undefined {
  if (key && KEY.test(key)) return undefined;
  const message = key
    ? "must be 1 to 255 visible ASCII characters"
    : "is required: a value of your choice, the same when you repeat this request, e.g. a UUID";
  return { field: "Idempotency-Key", message };
}

/**
 * Refuses a request whose body or Idempotency-Key isn't valid; one answer names all that is wrong.
 * @param detail what the client reads when the body isn't valid
 * @throws ProblemError 422 for the body, else 400 for the key
 */
export function refuseInvalid(detail: string, error: z.core.$ZodError | undefined, key: string | undefined) {
  const wrongKey = idempotencyKeyProblem(key);
  if (error) refuseBody(detail, error, wrongKey ? [wrongKey] : []);
  if (wrongKey) {
    throw new ProblemError(400, `The Idempotency-Key header ${wrongKey.message}.`, { errors: [wrongKey] });
  }
}

/** The failure when a key was used before, with another content. @param what of it there is another, e.g. `order` */
export function keyOfAnother(what: string): ProblemError {
  const errors = [{ field: "Idempotency-Key", message: `was used for another ${what}` }];
  return new ProblemError(422, `This Idempotency-Key belongs to another ${what}; use a new key.`, { errors });
}

/** The header as a parameter of a route, for `createRoute`. It is checked with the body, so that one answer names all that is wrong. */
export const idempotencyKeyParameter = {
  name: "Idempotency-Key",
  in: "header" as const,
  required: true,
  schema: { type: "string" as const, pattern: KEY.source },
};

const HEADER = "x-user-id";

/**
 * Who calls, as the gateway says; network policy lets nobody else reach a service.
 * @throws ProblemError 401 when the request does not say.
 */
export function userOf(c: Context): string {
  return checkedUser(c.req.header(HEADER));
}

/** @throws ProblemError 401 when it is no id */
export function checkedUser(id: string | undefined): string {
  if (id !== undefined && /^[\x21-\x7e]{1,255}$/.test(id)) return id;
  throw new ProblemError(401, "The request does not say who calls; send it through the gateway.", {
    headers: { "www-authenticate": 'Bearer realm="trizone"' },
  });
}
