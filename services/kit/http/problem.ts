import { STATUS_CODES } from "node:http";

/** One wrong part of a request. */
export interface FieldError {
  /** Name of the body's field, header, or query parameter; `body` for the body as a whole. */
  field: string;
  /** JSON pointer into the body (RFC 6901), where the field lies in it. */
  pointer?: string;
  /** What is wrong and what would be right. */
  message: string;
}

/** A response with it says that a repeat at once would fail as well: proxies don't try again, clients do when Retry-After says. */
export const RETRY_LATER_HEADER = "x-retry-later";

/** RFC 9457 problem details, with the wrong fields of a request where there are any. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  /** Trace of the request, by which its way through the services is found in their logs. */
  traceId?: string;
  errors?: FieldError[];
}

/** A failure with an answer for the client: thrown anywhere in a request, rendered once. */
export class ProblemError extends Error {
  readonly status: number;
  readonly errors: FieldError[] | undefined;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    detail: string,
    extra: { errors?: FieldError[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: extra.cause });
    this.name = "ProblemError";
    this.status = status;
    this.errors = extra.errors;
    this.headers = extra.headers ?? {};
  }
}

/** The document for a failure; `type` is `about:blank` as the status says it all (RFC 9457, 4.2.1). */
export function problemOf(error: ProblemError, instance: string, traceId?: string): Problem {
  return {
    type: "about:blank",
    title: STATUS_CODES[error.status] ?? "Client Closed Request",
    status: error.status,
    detail: error.message,
    instance,
    ...(traceId && { traceId }),
    ...(error.errors && { errors: error.errors }),
  };
}

/** The failure as a whole response, but for what each hop says itself: its zone and the request's id. */
export function problemReply(error: ProblemError, instance: string, traceId?: string) {
  return {
    status: error.status,
    headers: { ...error.headers, "content-type": "application/problem+json", "cache-control": "no-store" },
    body: JSON.stringify(problemOf(error, instance, traceId)),
  };
}

/** The failure as an HTTP response. */
export function problemResponse(error: ProblemError, instance: string, traceId?: string): Response {
  const { body, ...init } = problemReply(error, instance, traceId);
  return new Response(body, init);
}
