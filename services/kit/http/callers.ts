import type { Context, MiddlewareHandler } from "hono";
import { ProblemError } from "./problem.ts";

/**
 * Hosts under which pods reach each other, and probes reach pods: an IP address, or a name that only this machine or
 * the cluster resolves. A web page that had its own name resolve to this pod (DNS rebinding) comes with that name.
 */
const INSIDE =
  /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\]|[\w-]+(?:\.[\w-]+\.svc(?:\.cluster\.local)?)?)(?::\d{1,5})?$/i;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;
const hasBody = ({ req }: Context): boolean =>
  (req.header("content-length") ?? "0") !== "0" || req.header("transfer-encoding") !== undefined;

/** Refuses a Host that is a name of the outside. For ports that trust their callers. @throws ProblemError 421 */
export const fromInside: MiddlewareHandler = async (c, next) => {
  const host = c.req.header("host");
  if (host !== undefined && !INSIDE.test(host))
    throw new ProblemError(421, "This port serves the platform itself; it has no name of the outside.");
  await next();
};

/**
 * Refuses what a page of another site makes a browser send: such a request names its origin, or says that it is
 * cross-site, and its body may be anything but JSON without asking first (the Fetch standard, CORS-safelisted types).
 * @throws ProblemError 403 or 415
 */
export const fromNoPage: MiddlewareHandler = async (c, next) => {
  const origin = c.req.header("origin");
  const site = c.req.header("sec-fetch-site") ?? "none";
  const own = origin === undefined || origin.replace(/^https?:\/\//, "") === c.req.header("host");
  if (!own || !["none", "same-origin"].includes(site))
    throw new ProblemError(403, "Web pages of other sites may not call this.");
  const type = c.req.header("content-type");
  if (!JSON_TYPE.test(type ?? "") && (type !== undefined || hasBody(c))) {
    const errors = [{ field: "content-type", message: "must be application/json" }];
    throw new ProblemError(415, "The request's body is not said to be JSON.", { errors });
  }
  await next();
};
