import { HTTPException } from "hono/http-exception";
import { ProblemError } from "./problem.ts";

const CLIENT_CLOSED_REQUEST = 499;

/** What the client is told of an error. Internal ones keep their text to the log: it may hold SQL or addresses. */
export function asProblem(error: unknown, clientGone: boolean): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof HTTPException) {
    const field = error.status === 415 ? "content-type" : "body";
    const message =
      error.status === 415 ? "must be application/json, and say so in Content-Type" : "is not valid JSON";
    return new ProblemError(error.status, `The request's ${field} ${message}.`, {
      errors: [{ field, message }],
    });
  }
  if (clientGone) return new ProblemError(CLIENT_CLOSED_REQUEST, "The client went away.");
  return new ProblemError(500, "Something failed inside the service; the log of this request id says what.");
}
