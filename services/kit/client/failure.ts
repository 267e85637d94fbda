import { HTTPException } from "hono/http-exception";
import { ProblemError } from "../http/problem.ts";
import type { Pod } from "../pod.ts";
import type { CallInfo } from "./call.ts";

const CLIENT_CLOSED_REQUEST = 499;

/** What the client is told of an error that ended its call; one that is the service's own is logged. */
export function failureOf(pod: Pod, call: CallInfo, error: unknown, clientGone: boolean): ProblemError {
  const problem = asProblem(error, clientGone);
  if (problem.status >= 500) {
    const { requestId, trace, path } = call;
    pod.log.warn({ requestId, traceId: trace.traceId, path, err: error }, "request failed");
  }
  return problem;
}

/** What the client is told of an error. Internal ones keep their text to the log: it may hold SQL or addresses. */
function asProblem(error: unknown, clientGone: boolean): ProblemError {
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
