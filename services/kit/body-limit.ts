import { bodyLimit } from "hono/body-limit";
import { ProblemError, problemResponse } from "./problem.ts";

/** Largest body of an API request, in bytes. An order is well under 1 KiB. */
export const API_BODY_LIMIT = 64 * 1024;

/** The failure for a body over the limit. */
export function bodyTooLarge(limit = API_BODY_LIMIT): ProblemError {
  const message = `is larger than ${limit} bytes`;
  return new ProblemError(413, `The request's body ${message}.`, { errors: [{ field: "body", message }] });
}

/** Middleware: refuses larger bodies, whether they declare their length or come in chunks. */
export const apiBodyLimit = bodyLimit({
  maxSize: API_BODY_LIMIT,
  onError: (c) => problemResponse(bodyTooLarge(), c.req.path),
});
