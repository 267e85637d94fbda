import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { tellClosed } from "../client/cancel.ts";
import type { Pod } from "../pod.ts";
import type { Direct } from "./direct.ts";
import { type Overload, refuseOverloaded, type Waiting } from "./overload.ts";
import { ProblemError, problemOf, problemResponse } from "./problem.ts";
import { Slots } from "./slots.ts";

/** Bounds against clients that send slowly or never end, in milliseconds and bytes. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  // Longer than an ALB's idle timeout (60 s by default), so that it is the balancer that gives up idle connections.
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
};

/**
 * Connections that may wait to be accepted, where the kernel allows as many: beyond it they are dropped, and a client
 * tries again only after a second or three. When a zone is lost all its clients come at once.
 */
const BACKLOG = 4096;

const CLIENT_ERRORS: Record<string, [status: number, detail: string]> = {
  HPE_HEADER_OVERFLOW: [431, `The request's headers are larger than ${LIMITS.maxHeaderSize} bytes.`],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "The request did not arrive in time."],
};

export interface PodServerArgs {
  /** Takes requests before the app does. */
  direct?: Direct;
  /** Refuses requests before anyone takes them. */
  overload?: Overload;
}

/** What becomes of requests that have to wait. */
interface Door {
  proceed(request: IncomingMessage, response: ServerResponse, now: number): void;
  refuse(request: IncomingMessage, response: ServerResponse): void;
}

/** A class, and not a few closures: in overload there is one for each of thousands a second. */
class AtTheDoor implements Waiting {
  readonly #door: Door;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(door: Door, request: IncomingMessage, response: ServerResponse) {
    this.#door = door;
    this.#request = request;
    this.#response = response;
  }

  get gone(): boolean {
    return this.#response.destroyed;
  }

  proceed(now: number): void {
    this.#door.proceed(this.#request, this.#response, now);
  }

  refuse(): void {
    this.#door.refuse(this.#request, this.#response);
  }
}

/** An HTTP server over a Hono app; every response names its zone, those made by the parser too. */
export class PodServer {
  readonly server: Server;
  readonly #active = new Slots<ServerResponse>();
  readonly #tunnels = new Set<Duplex>();
  readonly #zone: string;
  readonly #overload: Overload | undefined;
  #closing = false;

  // biome-ignore lint/suspicious/noExplicitAny: the app's own bindings don't matter to the server
  constructor(pod: Pod, app: Hono<any>, { direct, overload }: PodServerArgs = {}) {
    this.#overload = overload;
    this.#zone = pod.environment.ZONE;
    const listener = getRequestListener(app.fetch, {
      errorHandler: (error) => {
        pod.log.debug({ err: error }, "request refused");
        return problemResponse(new ProblemError(400, "The request line or Host header is not valid."), "/");
      },
    });
    const handle = (request: IncomingMessage, response: ServerResponse, now: number): void => {
      if (direct?.take(request, response, now)) return;
      response.setHeader("x-zone", this.#zone);
      void listener(request, response);
    };
    const door: Door = {
      proceed: (request, response, now) => {
        this.#track(response, now);
        handle(request, response, now);
      },
      refuse: (request, response) => {
        this.#track(response);
        refuseOverloaded(request, response, this.#zone);
      },
    };
    this.server = createServer({ ...LIMITS, requireHostHeader: false }, (request, response) => {
      const now = performance.now();
      // What another service asks for belongs to requests that were accepted: refusing it would waste them.
      if (!overload || request.url?.startsWith("/internal/")) {
        this.#track(response);
        handle(request, response, now);
      } else if (overload.enter()) {
        door.proceed(request, response, now);
      } else {
        overload.wait(now, new AtTheDoor(door, request, response));
      }
    });
    this.server.on("checkExpectation", (_request, response: ServerResponse) => {
      this.#track(response);
      response.writeHead(417, { "x-zone": this.#zone, "content-length": 0 }).end();
    });
    this.server.on("clientError", (error: NodeJS.ErrnoException, socket) => this.#refuse(error, socket));
  }

  /** Resolves to the port, which the machine chose when 0 was asked for. */
  async listen(port: number, host: string): Promise<number> {
    this.server.listen({ port, host, backlog: BACKLOG });
    await once(this.server, "listening");
    const address = this.server.address();
    return typeof address === "object" && address ? address.port : port;
  }

  /** Counts an upgraded connection's sockets among those that end with the server. */
  tunnel(socket: Duplex): void {
    this.#tunnels.add(socket);
    socket.once("close", () => this.#tunnels.delete(socket));
  }

  /** From now on each response asks its client to connect anew, elsewhere. */
  shedConnections(): void {
    this.#closing = true;
    for (const response of this.#active) response.shouldKeepAlive = false;
  }

  /** Accepts nothing new and resolves when all requests are answered, at the latest after `timeoutMs`. */
  async drain(timeoutMs: number): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    for (const socket of this.#tunnels) socket.destroy();
    const deadline = setTimeout(() => this.server.closeAllConnections(), timeoutMs);
    await closed;
    clearTimeout(deadline);
  }

  #track(response: ServerResponse, enteredAt?: number): void {
    if (this.#closing) response.shouldKeepAlive = false;
    const slot = this.#active.add(response);
    response.on("close", () => {
      this.#active.remove(slot);
      if (enteredAt !== undefined) this.#overload?.leave(enteredAt, performance.now());
      tellClosed(response);
    });
  }

  #refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    const [status, detail] = CLIENT_ERRORS[error.code ?? ""] ?? [400, "The request is not valid HTTP."];
    const body = JSON.stringify(problemOf(new ProblemError(status, detail), "/"));
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\nx-zone: ${this.#zone}\r\n` +
        `content-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }
}
