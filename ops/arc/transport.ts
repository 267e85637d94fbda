import { Agent, errors, request } from "undici";
import { ARCZonalShiftServiceException, NoAnswerError, serviceError } from "./errors.ts";
import type { SignedRequest } from "./sign.ts";

const base = 100;
const cap = 5_000;

/** Milliseconds before the next attempt, with full jitter (AWS's architecture blog, "Exponential Backoff And Jitter"). */
export function backOff(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(cap, base * 2 ** attempt);
}

/** What follows from a failed attempt. */
export interface Verdict {
  retry: boolean;
  /** The operation may have been carried out all the same. */
  uncertain: boolean;
}

/**
 * A throttled request and one that was never sent were not carried out. After a server error or a lost answer the outcome
 * is unknown; a retry is safe all the same, since a resource has one customer shift, one practice run and one practice
 * configuration at most, and the other operations are idempotent. When such a retry is answered with a conflict, the client finds out whether it is one with itself.
 */
export function judge(error: unknown): Verdict {
  if (error instanceof NoAnswerError) return { retry: true, uncertain: !error.notSent };
  if (!(error instanceof ARCZonalShiftServiceException)) return { retry: false, uncertain: false };
  const status = error.$metadata.httpStatusCode ?? 0;
  if (error.name === "ThrottlingException" || status === 429) return { retry: true, uncertain: false };
  return { retry: status >= 500, uncertain: status >= 500 };
}

/** Most bytes of an answer; a page of 100 shifts has about 60 KB. */
const maxAnswer = 4 * 1024 * 1024;

interface Answer<Output> {
  /** With Dates for timestamps. */
  body: Output;
  status: number;
  requestId: string | undefined;
}

/** Sends signed requests to one endpoint. */
export class Transport {
  readonly #endpoint: URL;
  readonly #timeoutMs: number;
  readonly #agent: Agent;

  constructor(endpoint: URL, timeoutMs: number) {
    this.#endpoint = endpoint;
    this.#timeoutMs = timeoutMs;
    this.#agent = new Agent({ connect: { timeout: Math.min(timeoutMs, 3_000) }, maxResponseSize: maxAnswer });
  }

  /** Throws an `ARCZonalShiftServiceException` for an error that was answered, `NoAnswerError` where none was. */
  async send<Output>(signed: SignedRequest, attempts: number, abort?: AbortSignal): Promise<Answer<Output>> {
    const { status, headers, text } = await this.#exchange(signed, abort);
    const requestId = header(headers["x-amzn-requestid"]);
    const body = parse(text);
    if (status < 300 && body) return { body: revive<Output>(body), status, requestId };
    if (status < 300) throw this.#unusable(`answered ${status} without a JSON object`, text);
    throw serviceError(errorName(header(headers["x-amzn-errortype"]) ?? field(body, "__type"), status), {
      message: field(body, "message") ?? field(body, "Message") ?? `HTTP status ${status}`,
      reason: field(body, "reason"),
      zonalShiftId: field(body, "zonalShiftId"),
      $metadata: { httpStatusCode: status, ...(requestId ? { requestId } : {}), attempts },
    });
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }

  async #exchange({ method, target, headers, body }: SignedRequest, abort: AbortSignal | undefined) {
    const late = AbortSignal.timeout(this.#timeoutMs);
    try {
      const answer = await request(this.#endpoint.origin + target, {
        dispatcher: this.#agent,
        signal: abort ? AbortSignal.any([abort, late]) : late,
        method,
        headers,
        body: body ?? null,
      });
      return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
    } catch (cause) {
      abort?.throwIfAborted();
      const why = late.aborted ? `no answer within ${this.#timeoutMs} ms` : (cause as Error).message;
      throw new NoAnswerError(
        `ARC at ${this.#endpoint.origin} can't be reached: ${why}; is the platform up, and the endpoint the stack's arcEndpoint?`,
        neverSent(cause),
        cause,
      );
    }
  }

  #unusable(what: string, text: string): NoAnswerError {
    return new NoAnswerError(
      `${this.#endpoint.origin} ${what}; is the endpoint the stack's arcEndpoint?`,
      false,
      text.slice(0, 200),
    );
  }
}

const connectFailures = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

function neverSent(error: unknown): boolean {
  return (
    error instanceof errors.ConnectTimeoutError ||
    connectFailures.has(String((error as NodeJS.ErrnoException).code))
  );
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `ConflictException` of `ConflictException:http://…` and of `com.amazonaws…#ConflictException` alike. */
function errorName(type: string | undefined, status: number): string {
  const [beforeColon = ""] = (type ?? "").split(":");
  return beforeColon.split("#").at(-1) || `HTTP${status}`;
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function field(body: Record<string, unknown> | undefined, name: string): string | undefined {
  const value = body?.[name];
  return typeof value === "string" ? value : undefined;
}

const timestamps = new Set(["startTime", "expiryTime", "endTime"]);

/** An answer's JSON with its timestamps (epoch seconds) as Dates, at any depth. */
function revive<T>(value: unknown): T {
  if (Array.isArray(value)) return value.map((item) => revive(item)) as T;
  if (typeof value !== "object" || value === null) return value as T;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      timestamps.has(key) && typeof item === "number" ? new Date(item * 1000) : revive(item),
    ]),
  ) as T;
}
