import type { IncomingMessage } from "node:http";
import type { MiddlewareHandler } from "hono";
import type { KitEnv } from "./app.ts";
import { ProblemError } from "./problem.ts";

/** Largest body of an API request, in bytes. An order is well under 1 KiB. */
export const API_BODY_LIMIT = 64 * 1024;

/** Largest body of a batch from another service, in bytes: 1000 events are some 400 KiB. */
export const INTERNAL_BODY_LIMIT = 1024 * 1024;

/**
 * How much of a body that is too large is read and thrown away, and for how long, before the answer: a client that is
 * still sending would otherwise meet a closed connection rather than the 413.
 */
const DISCARD_BYTES = 16 * 1024 * 1024;
const DISCARD_MS = 5000;

/** Where `@hono/node-server` looks for a body that was read already. */
type WithRawBody = IncomingMessage & { rawBody?: Buffer };

/** Middleware: reads the body, and refuses one of more bytes whether it declares its length or comes in chunks. */
export const bodyLimit =
  (bytes: number): MiddlewareHandler<KitEnv> =>
  async (c, next) => {
    await readBody(c.env.incoming, bytes);
    await next();
  };

/**
 * The body of a request, read once; nothing when it has none.
 * @throws ProblemError 413 beyond `limit` bytes, 400 when the client went away while sending
 */
export async function readBody(incoming: WithRawBody, limit: number): Promise<Buffer | undefined> {
  const { headers } = incoming;
  if (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) return undefined;
  incoming.rawBody ??= await receive(incoming, limit);
  return incoming.rawBody.length > 0 ? incoming.rawBody : undefined;
}

/** The limit of requests that come from outside. */
export const apiBodyLimit = bodyLimit(API_BODY_LIMIT);

function receive(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let ended = false;
    let giveUp: NodeJS.Timeout | undefined;
    const tooMuch = () => reject(tooLarge(limit, { connection: "close" }));
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else giveUp ??= setTimeout(tooMuch, DISCARD_MS);
      if (size > DISCARD_BYTES) tooMuch();
    });
    incoming.on("end", () => {
      ended = true;
      clearTimeout(giveUp);
      if (size > limit) reject(tooLarge(limit, {}));
      else resolve(joined(chunks, size));
    });
    // It comes after every end, too: an error that nobody hears of would cost more than the rest of a small request.
    incoming.on("close", () => {
      if (ended) return;
      clearTimeout(giveUp);
      reject(new ProblemError(400, "The request ended before its body did."));
    });
  });
}

function joined(chunks: Buffer[], size: number): Buffer {
  const [first] = chunks;
  return first && chunks.length === 1 ? first : Buffer.concat(chunks, size);
}

function tooLarge(limit: number, headers: Record<string, string>): ProblemError {
  const message = `is larger than ${limit} bytes`;
  return new ProblemError(413, `The request's body ${message}.`, {
    errors: [{ field: "body", message }],
    headers,
  });
}
