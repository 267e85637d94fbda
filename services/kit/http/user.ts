import type { Context } from "hono";
import { ProblemError } from "./problem.ts";

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
