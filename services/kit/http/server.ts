import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import { createServer as createSecureServer, type Server as SecureServer } from "node:https";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { refuseUpgrade } from "../client/tunnel.ts";
import { CLOSE_CODE } from "../client/websocket.ts";
import type { Pod, Stream } from "../pod.ts";
import { clientBodyLimit, INTERNAL_BODY_LIMIT } from "./body-limit.ts";
import { requestIdOf } from "./call.ts";
import { keepCertificate, readCertificate } from "./certificate.ts";
import { ProblemError, problemOf, problemReply, problemResponse } from "./problem.ts";
import { BodyReceiver, hasBody } from "./receive-body.ts";
import { INTERNAL_PATH, isBelow, normalizeRequest, pathOf } from "./request-target.ts";

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

/** The rest of a body that was refused is read and dropped, so that its sender gets to read the answer: for so long, in milliseconds. */
const DROP_MS = 5000;

export interface PodServerArgs {
  /** Whether bodies of paths below /internal/ may be as large as batches are. @default true */
  internal?: boolean | undefined;
  /** Takes over connections that ask for a WebSocket; any other upgrade is ignored. @default they are refused */
  upgrade?: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined;
}

/** An HTTP server over a Hono app; every response names its zone, those made by the parser too. */
export class PodServer {
  readonly server: Server | SecureServer;
  readonly #tunnels = new Set<Duplex>();
  readonly #zone: string;
  readonly #pod: Pod;
  readonly #bodies = new BodyReceiver();
  readonly #internal: boolean;
  readonly #listener: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  #draining = false;

  /**
   * @param tlsPath folder of the certificate with which it speaks HTTPS. @default plain HTTP
   * @throws Error when the certificate can't be read
   */
  // biome-ignore lint/suspicious/noExplicitAny: the app's own bindings don't matter to the server
  constructor(pod: Pod, app: Hono<any>, tlsPath?: string, { internal = true, upgrade }: PodServerArgs = {}) {
    this.#pod = pod;
    this.#zone = pod.environment.ZONE;
    this.#internal = internal;
    this.#listener = getRequestListener(
      async (request, env) => {
        const response = await app.fetch(request, env);
        // Its client is to connect anew, to another pod: a connection that is always busy would stay for ever.
        if ((pod.stopping || pod.shiftedAway) && "setHeader" in env.outgoing)
          env.outgoing.setHeader("connection", "close");
        return response;
      },
      {
        errorHandler: (error) => {
          pod.log.debug({ err: error }, "request refused");
          return problemResponse(new ProblemError(400, "The request line or Host header is not valid."), "/");
        },
      },
    );
    const options = {
      ...LIMITS,
      requireHostHeader: false,
      ...(upgrade && { shouldUpgradeCallback: isWebSocket }),
    };
    const answer = (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response);
    this.server = tlsPath ? secureServer(pod, tlsPath, options, answer) : createServer(options, answer);
    this.server.on("checkContinue", (request, response) => this.#answer(request, response, true));
    this.server.on("checkExpectation", (_request, response) => {
      response.writeHead(417, { "x-zone": this.#zone, "content-length": 0 }).end();
    });
    this.server.on("clientError", (error: NodeJS.ErrnoException, socket) =>
      this.#refuseSocket(CLIENT_ERRORS[error.code ?? ""], error, socket),
    );
    if (upgrade)
      this.server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head, upgrade));
  }

  /** @param continues whether the client waits for a 100 before it sends the body */
  #answer(request: IncomingMessage, response: ServerResponse, continues = false): void {
    response.setHeader("x-zone", this.#zone);
    const refuse = (problem: ProblemError) => reply(request, response, problem);
    try {
      normalizeRequest(request);
    } catch (error) {
      refuse(error as ProblemError);
      return;
    }
    if (!hasBody(request)) {
      void this.#listener(request, response);
      return;
    }
    const path = pathOf(request.url ?? "");
    const isInternal = this.#internal && isBelow(path, INTERNAL_PATH);
    this.#bodies.receive(request, isInternal ? INTERNAL_BODY_LIMIT : clientBodyLimit(path), {
      begin: () => continues && response.writeContinue(),
      done: (body) => {
        // Where the adapter looks for a body that was read already.
        Object.assign(request, { rawBody: body });
        void this.#listener(request, response);
      },
      refuse,
    });
  }

  #upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    upgrade: NonNullable<PodServerArgs["upgrade"]>,
  ): void {
    try {
      normalizeRequest(request);
    } catch (error) {
      this.#refuseSocket([400, (error as ProblemError).message], error as Error, socket);
      return;
    }
    if (this.#draining) {
      refuseUpgrade(this.#pod, socket, 503);
      return;
    }
    // It ends with the server.
    this.#tunnels.add(socket);
    socket.once("close", () => this.#tunnels.delete(socket));
    upgrade(request, socket, head);
  }

  /** Resolves to the port, which the machine chose when 0 was asked for. */
  async listen(port: number, host: string): Promise<number> {
    this.server.listen({ port, host, backlog: BACKLOG });
    await once(this.server, "listening");
    const address = this.server.address();
    return typeof address === "object" && address ? address.port : port;
  }

  /** Accepts nothing new and resolves when all requests are answered, at the latest after `timeoutMs`. */
  async drain(timeoutMs: number): Promise<void> {
    const closed = once(this.server, "close");
    const deadline = setTimeout(() => this.server.closeAllConnections(), timeoutMs);
    this.#draining = true;
    this.server.close();
    const restart = (stream: Stream) => stream.close(CLOSE_CODE.restart, "The service restarts");
    await Promise.all([...this.#pod.streams].map(restart));
    for (const socket of this.#tunnels) socket.destroy();
    await closed;
    clearTimeout(deadline);
  }

  #refuseSocket(
    [status, detail]: [status: number, detail: string] = [400, "The request is not valid HTTP."],
    error: NodeJS.ErrnoException,
    socket: Duplex,
  ): void {
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    const body = JSON.stringify(problemOf(new ProblemError(status, detail), "/"));
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\nx-zone: ${this.#zone}\r\n` +
        `content-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }
}

/** Whether a request asks for a WebSocket. Who asks for another protocol gets an answer in this one (RFC 9110, 7.8). */
function isWebSocket({ headers: { upgrade } }: IncomingMessage): boolean {
  return upgrade?.toLowerCase() === "websocket";
}

/** Answers a request that no route gets to see. */
function reply(request: IncomingMessage, response: ServerResponse, problem: ProblemError): void {
  response.setHeader("x-request-id", requestIdOf([request.headers["x-request-id"]].flat()[0]));
  const { status, headers, body } = problemReply(problem, pathOf(request.url ?? "/"));
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(request.method === "HEAD" ? undefined : body);
  if (request.complete) return;
  request.resume();
  const timer = setTimeout(() => request.destroy(), DROP_MS);
  request.once("close", () => clearTimeout(timer));
}

/** Milliseconds that a client may take for the TLS handshake. */
const HANDSHAKE_MS = 5000;

function secureServer(
  pod: Pod,
  tlsPath: string,
  options: ServerOptions,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): SecureServer {
  const certificate = readCertificate(tlsPath);
  const server = createSecureServer({ ...options, ...certificate, handshakeTimeout: HANDSHAKE_MS }, answer);
  server.on("tlsClientError", (error) => pod.log.debug({ err: error }, "TLS handshake failed"));
  const stop = keepCertificate(tlsPath, certificate, {
    onRenewal: (renewed) => {
      server.setSecureContext(renewed);
      pod.log.info("the pod's certificate was renewed");
    },
    onError: (error) => pod.log.error({ err: error }, "the pod's renewed certificate can't be used"),
  });
  server.once("close", stop);
  return server;
}
