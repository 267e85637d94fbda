import type { IncomingMessage } from "node:http";
import { bodyTooLarge } from "./body-limit.ts";
import { ProblemError } from "./problem.ts";

export interface SlowBodyLimits {
  /** From a request's headers on, in milliseconds: then its body must have arrived, or be arriving. @default 10000 */
  graceMs?: number;
  /** Bytes a second that must have come of a body after that, on average. @default 4096 */
  bytesPerSecond?: number;
  /** Bytes of all bodies under way, of which a connection holds some; beyond it the oldest gives way. @default 32 MiB */
  maxBytes?: number;
}

const LOOK_MS = 500;

interface Body {
  readonly since: number;
  readonly limit: number;
  readonly chunks: Buffer[];
  size: number;
  readonly to: BodyHandlers;
}

/** Who waits for a body: gets it or why it is refused, once, unless the client goes away before. */
export interface BodyHandlers {
  /** It is about to be read. */
  begin(): void;
  done(body: Buffer): void;
  /** Gets ProblemError 408 or 413; the rest of the body is to be dropped. */
  refuse(problem: ProblemError): void;
}

/** Whether a request says that a body follows. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/**
 * Receives requests' bodies before anything else is done for the requests: a client that sends slowly takes memory for
 * what it sent, and nothing that others wait for. A body must arrive at a minimum rate.
 */
export class BodyReceiver {
  readonly #limits: Required<SlowBodyLimits>;
  /** Those under way, oldest first. */
  readonly #bodies = new Set<Body>();
  #bytes = 0;
  #look: NodeJS.Timeout | undefined;

  constructor(limits: SlowBodyLimits = {}) {
    this.#limits = { graceMs: 10_000, bytesPerSecond: 4096, maxBytes: 32 * 1024 * 1024, ...limits };
  }

  /** @param limit bytes that the body may have */
  receive(request: IncomingMessage, limit: number, to: BodyHandlers): void {
    if (Number(request.headers["content-length"] ?? 0) > limit) {
      to.refuse(bodyTooLarge(limit));
      return;
    }
    to.begin();
    const body: Body = { since: performance.now(), limit, chunks: [], size: 0, to };
    this.#bodies.add(body);
    request.on("data", (chunk: Buffer) => this.#onData(body, chunk));
    request.once("end", () => {
      const [first, ...more] = body.chunks;
      if (this.#drop(body)) to.done(first && more.length === 0 ? first : Buffer.concat(body.chunks));
    });
    request.once("close", () => this.#drop(body));
    this.#look ??= setInterval(() => this.#refuseSlow(performance.now()), LOOK_MS).unref();
  }

  #onData(body: Body, chunk: Buffer): void {
    if (!this.#bodies.has(body)) return;
    body.chunks.push(chunk);
    body.size += chunk.length;
    this.#bytes += chunk.length;
    if (body.size > body.limit) this.#refuse(body, bodyTooLarge(body.limit));
    const [oldest] = this.#bytes > this.#limits.maxBytes ? this.#bodies : [];
    if (oldest) this.#refuse(oldest, tooSlow());
  }

  #refuseSlow(now: number): void {
    const { graceMs, bytesPerSecond } = this.#limits;
    for (const body of this.#bodies) {
      const lateMs = now - body.since - graceMs;
      // Those that follow came later.
      if (lateMs < 0) break;
      if (body.size < (lateMs / 1000) * bytesPerSecond) this.#refuse(body, tooSlow());
    }
    if (this.#bodies.size > 0) return;
    clearInterval(this.#look);
    this.#look = undefined;
  }

  #refuse(body: Body, problem: ProblemError): void {
    if (this.#drop(body)) body.to.refuse(problem);
  }

  /** False when it isn't under way any more. */
  #drop(body: Body): boolean {
    if (!this.#bodies.delete(body)) return false;
    this.#bytes -= body.size;
    return true;
  }
}

/** Without Retry-After a client may send the request again at once, on a new connection (RFC 9110, 15.5.9). */
function tooSlow(): ProblemError {
  const headers = { "retry-after": "5", connection: "close" };
  return new ProblemError(408, "The request's body did not arrive in time.", { headers });
}
