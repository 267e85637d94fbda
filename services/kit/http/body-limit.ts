import type { MiddlewareHandler } from "hono";
import { bodyLimit as boundedStream } from "hono/body-limit";
import type { KitEnv } from "./app.ts";
import { ProblemError } from "./problem.ts";
import { isBelow } from "./request-target.ts";

/** Largest body of an API request, in bytes. An order is well under 1 KiB. */
const API_BODY_LIMIT = 64 * 1024;

/** Largest body of a request of texts to analyse, in bytes. */
export const TEXTS_BODY_LIMIT = 1024 * 1024;

/** Largest body of a batch from another service, in bytes: 1000 events are some 400 KiB. */
export const INTERNAL_BODY_LIMIT = 1024 * 1024;

/** The failure when a body has more bytes than it may have. */
export function bodyTooLarge(bytes: number): ProblemError {
  const message = `is larger than ${bytes} bytes`;
  return new ProblemError(413, `The request's body ${message}.`, { errors: [{ field: "body", message }] });
}

/** Middleware: answers 413 to a body of more bytes, whether it declares its length or comes in chunks. */
export function bodyLimit(bytes: number): MiddlewareHandler<KitEnv> {
  const refuse = (): never => {
    throw bodyTooLarge(bytes);
  };
  const chunked = boundedStream({ maxSize: bytes, onError: refuse });
  return (c, next) => {
    if (c.req.header("transfer-encoding") !== undefined) return chunked(c, next);
    // Node's parser lets no more bytes through than were declared. Hono's middleware would make a stream of them first.
    if (Number(c.req.header("content-length") ?? 0) > bytes) refuse();
    return next();
  };
}

/** Where texts are analysed, whose requests are larger and take longer than all others. */
export const ANALYSES = "/api/analyze";

/** Largest body of a request that comes from outside, in bytes. */
export const clientBodyLimit = (path: string): number =>
  isBelow(path, ANALYSES) ? TEXTS_BODY_LIMIT : API_BODY_LIMIT;
