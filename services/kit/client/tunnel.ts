import { type IncomingMessage, request as plainRequest, STATUS_CODES } from "node:http";
import { request as secureRequest } from "node:https";
import type { Duplex } from "node:stream";
import { IDENTITY_HEADERS } from "../http/headers.ts";
import type { Pod, Stream } from "../pod.ts";
import { CLOSE_CODE, closeFrame, closingMessage, FrameReader, textFrame } from "./websocket.ts";

const CONNECT_TIMEOUT_MS = 3000;

export interface TunnelArgs {
  /** Request headers, in lower case, that are not passed on besides the identity headers. */
  drop?: ReadonlySet<string>;
  /** Request headers to add, after those of the client were filtered. */
  add?: Record<string, string>;
  /** Certificate of the authority to trust, PEM. @default those that Node trusts */
  ca?: string | undefined;
}

/** Passes an upgrade request (a WebSocket's) on to `base` and joins the two connections. */
export function tunnel(
  pod: Pod,
  base: string,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { drop, add, ca }: TunnelArgs = {},
): Stream {
  if (socket.destroyed) return { close: () => Promise.resolve() };
  const { host: _host, ...given } = incoming.headers;
  const kept = Object.entries(given).filter(([name]) => !IDENTITY_HEADERS.has(name) && !drop?.has(name));
  const headers = { ...Object.fromEntries(kept), ...add };
  const url = new URL(incoming.url ?? "/", base);
  const options = { method: "GET", headers, timeout: CONNECT_TIMEOUT_MS, agent: false } as const;
  const outgoing =
    url.protocol === "https:"
      ? secureRequest(url, ca ? { ...options, ca } : options)
      : plainRequest(url, options);
  const refuse = (status: number) => refuseUpgrade(pod, socket, status);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  let joined: Joined | undefined;
  const stream: Stream = {
    close(code, reason) {
      if (joined) joined.close(code, reason);
      else refuse(503);
      return closed;
    },
  };
  pod.streams.add(stream);

  socket.on("error", (error) => {
    pod.log.debug({ err: error }, "the client's connection broke");
    socket.destroy();
  });
  socket.once("close", () => {
    pod.streams.delete(stream);
    outgoing.destroy();
  });
  outgoing.once("timeout", () =>
    outgoing.destroy(new Error("the upstream did not answer the upgrade in time")),
  );
  outgoing.on("error", (error) => {
    pod.log.warn({ err: error }, "upgrade failed");
    refuse(502);
  });
  outgoing.once("response", (response) => {
    response.resume();
    refuse(response.statusCode ?? 502);
  });
  outgoing.once("upgrade", (response, upstream, upstreamHead) => {
    upstream.setTimeout(0);
    upstream.on("error", (error) => pod.log.debug({ err: error }, "the upstream's connection broke"));
    if (!socket.writable) {
      upstream.destroy();
      return;
    }
    respond(socket, 101, response.rawHeaders, pod.environment.ZONE);
    if (head.length > 0) upstream.write(head);
    joined = new Joined(socket, upstream, upstreamHead);
  });
  outgoing.end();
  return stream;
}

/** Time for a client to read what is left for it once its stream ends, and to answer the close frame. */
const CLOSE_MS = 1000;

/** A client's WebSocket joined to an upstream's. Whoever ends it, the client gets a close frame wherever one may stand. */
class Joined {
  readonly #client: Duplex;
  readonly #upstream: Duplex;
  /** What the client was sent. */
  readonly #frames = new FrameReader();
  /** Our own last message and close frame, while the upstream's message before it is not through. */
  #ending: Buffer | undefined;
  /** Whether the client gets nothing more. */
  #ended = false;
  #overdue: NodeJS.Timeout | undefined;

  constructor(client: Duplex, upstream: Duplex, head: Buffer) {
    this.#client = client;
    this.#upstream = upstream;
    client.pipe(upstream);
    client.on("drain", () => upstream.resume());
    client.once("close", () => {
      clearTimeout(this.#overdue);
      upstream.destroy();
    });
    upstream.once("close", () => {
      if (!this.#frames.closed) this.close(CLOSE_CODE.restart, "The service behind restarts");
      this.#endClient();
    });
    if (head.length > 0) this.#pass(head);
    upstream.on("data", (chunk: Buffer) => this.#pass(chunk));
  }

  /** Closes with a code, after the message that is under way. */
  close(code: number, reason: string): void {
    this.#endSoon();
    if (this.#ending || this.#ended || this.#frames.closed) return;
    this.#ending = Buffer.concat([textFrame(closingMessage(code, reason)), closeFrame(code, reason)]);
    this.#endBetweenMessages();
  }

  #pass(chunk: Buffer): void {
    if (this.#ended) return;
    const length = this.#frames.read(chunk, this.#ending !== undefined);
    if (!this.#client.write(chunk.subarray(0, length))) this.#upstream.pause();
    this.#endBetweenMessages();
  }

  #endBetweenMessages(): void {
    if (!this.#ending || this.#ended || !this.#frames.betweenMessages) return;
    this.#ended = true;
    this.#client.write(this.#ending);
    // It may have been paused for a client that reads slowly; what comes now is dropped.
    this.#upstream.resume();
  }

  #endClient(): void {
    this.#ended = true;
    this.#client.end();
    this.#client.resume();
    this.#endSoon();
  }

  #endSoon(): void {
    this.#overdue ??= setTimeout(() => this.#client.destroy(), CLOSE_MS);
  }
}

/** Answers an upgrade request that leads nowhere. */
export function refuseUpgrade(pod: Pod, socket: Duplex, status: number): void {
  respond(socket, status, [], pod.environment.ZONE);
}

function respond(socket: Duplex, status: number, rawHeaders: string[], zone: string): void {
  if (!socket.writable) return;
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  const named = rawHeaders.some((text, i) => i % 2 === 0 && text.toLowerCase() === "x-zone");
  if (!named) lines.push(`x-zone: ${zone}`);
  if (status === 101) socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  else {
    socket.end(`${lines.join("\r\n")}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    // A client that doesn't end its side, or reads nothing, holds nothing here.
    const overdue = setTimeout(() => socket.destroy(), CLOSE_MS);
    socket.resume().once("close", () => clearTimeout(overdue));
  }
}
