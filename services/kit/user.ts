import type { Context } from "hono";
import { ProblemError } from "./problem.ts";

/**
 * Who calls, as the gateway says; network policy lets nobody else reach a service.
 * @throws ProblemError 401 when the request does not say.
 */
export function userOf(c: Context): string {
  const id = c.req.header("x-user-id");
  if (id && /^[\x21-\x7e]{1,255}$/.test(id)) return id;
  throw new ProblemError(401, "The request does not say who calls; send it through the gateway.", {
    headers: { "www-authenticate": 'Bearer realm="trizone"' },
  });
}
