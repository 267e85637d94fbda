/** What is wrong with one field of a request, as problem details name it. */
export interface FieldProblem {
  field: string;
  message: string;
}

/** An API call that did not succeed. `status` is 0 when there was no answer. */
export class ApiError extends Error {
  readonly status: number;
  readonly fields: readonly FieldProblem[];
  /** When the API asked to be called again, in milliseconds from its answer. */
  readonly retryAfterMs: number | undefined;
  readonly traceId: string | undefined;

  constructor(args: {
    status: number;
    detail: string;
    fields?: readonly FieldProblem[];
    retryAfterMs?: number | undefined;
    traceId?: string | undefined;
  }) {
    super(args.detail);
    this.name = "ApiError";
    this.status = args.status;
    this.fields = args.fields ?? [];
    this.retryAfterMs = args.retryAfterMs;
    this.traceId = args.traceId;
  }

  /** Whether the same request may succeed a little later. */
  get passes(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

interface Problem {
  detail?: string;
  title?: string;
  traceId?: string;
  errors?: FieldProblem[];
}

/** The error that a response with a status of 400 or more stands for. @param body its JSON, if it was JSON */
export function errorOf(response: Response, body: unknown): ApiError {
  const { detail, title, traceId, errors } = (typeof body === "object" && body ? body : {}) as Problem;
  const seconds = Number(response.headers.get("retry-after"));
  return new ApiError({
    status: response.status,
    detail: detail ?? title ?? `The server answered ${response.status}.`,
    fields: Array.isArray(errors) ? errors : [],
    retryAfterMs: seconds > 0 ? Math.min(seconds, 60) * 1000 : undefined,
    traceId,
  });
}

/** An error in words for who uses the page: what happened, and what happens next. */
export interface Said {
  title: string;
  text: string;
}

/** Who tries again: the page does by itself what it reads, and orders; what else a user does only that user repeats. */
type Again = "page" | "user";

/** Says an error in words. Details of the API are shown as they are, as text. */
export function said(error: unknown, again: Again = "page"): Said {
  if (!(error instanceof ApiError)) {
    return {
      title: "Something went wrong in this page",
      text: `${messageOf(error)} Reload the page to go on.`,
    };
  }
  const { status, message, fields, traceId } = error;
  switch (status) {
    case 0:
      return {
        title: "The server can't be reached",
        text: `Your network or the server is away. ${wait(error, again)}`,
      };
    case 401:
      return {
        title: "Your sign-in has ended",
        text: `It is renewed, or you are asked to sign in again; what you typed is kept. ${again === "user" ? "Then try again." : ""}`.trim(),
      };
    case 403:
      return { title: "You may not do this", text: message };
    case 404:
      return { title: "Not found", text: message };
    case 409:
      return { title: "That is no longer possible", text: message };
    case 429:
      return {
        title: "Too many requests",
        text: `You sent more than the limit allows. ${wait(error, again)}`,
      };
    case 502:
    case 503:
    case 504:
      return { title: "The service is busy or away", text: `${message} ${wait(error, again)}` };
    default: {
      const named = fields.map(({ field, message: text }) => `${field} ${text}.`).join(" ");
      const reference = status >= 500 && traceId ? ` Reference: ${traceId}.` : "";
      return {
        title: status >= 500 ? "The server failed" : "The request was refused",
        text: `${message} ${named}${reference}`.trim(),
      };
    }
  }
}

function wait({ retryAfterMs }: ApiError, again: Again): string {
  const after = retryAfterMs && `in ${Math.ceil(retryAfterMs / 1000)} s`;
  return again === "page"
    ? `This page tries again ${after || "by itself"}.`
    : `Try again ${after || "in a moment"}.`;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
