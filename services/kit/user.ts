import type { IncomingHttpHeaders } from "node:http";
import type { Context } from "hono";
import { ProblemError } from "./problem.ts";

const HEADER = "x-user-id";

/**
 * Who calls, as the gateway says; network policy lets nobody else reach a service.
 * @throws ProblemError 401 when the request does not say.
 */
export function userOf(c: Context): string {
  return checked(c.req.header(HEADER));
}

/** The same of Node's headers. @throws ProblemError 401 when the request does not say. */
export function userIn(headers: IncomingHttpHeaders): string {
  return checked(headers[HEADER]);
}

function checked(id: string | string[] | undefined): string {
  if (typeof id === "string" && /^[\x21-\x7e]{1,255}$/.test(id)) return id;
  throw new ProblemError(401, "The request does not say who calls; send it through the gateway.", {
    headers: { "www-authenticate": 'Bearer realm="trizone"' },
  });
}
