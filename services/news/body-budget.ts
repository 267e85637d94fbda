import type { MiddlewareHandler } from "hono";
import { ProblemError } from "../kit/http/problem.ts";

/**
 * Middleware: bounds the bytes of all bodies under way together, so that many large ones don't take the pod's memory:
 * each is held some times over while it is parsed and analysed. What is too much is answered 503 before it is parsed.
 * @param limit of the bytes
 * @param undeclared bytes that a body counts for which doesn't declare its length: the most that it may have
 */
export function bodyBudget(limit: number, undeclared: number): MiddlewareHandler {
  let held = 0;
  return async (c, next) => {
    const bytes = Number(c.req.header("content-length") ?? undeclared);
    if (held + bytes > limit) {
      const detail = "The service has as much text under way as it may hold. Try again shortly.";
      throw new ProblemError(503, detail, { headers: { "retry-after": "1" } });
    }
    held += bytes;
    try {
      await next();
    } finally {
      held -= bytes;
    }
  };
}
