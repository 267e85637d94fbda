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
import { CLOSE_CODE } from "../client/websocket.ts";
import type { Pod, Stream } from "../pod.ts";
import { keepCertificate, readCertificate } from "./certificate.ts";
import { ProblemError, problemOf, problemResponse } from "./problem.ts";

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

/** An HTTP server over a Hono app; every response names its zone, those made by the parser too. */
export class PodServer {
  readonly server: Server | SecureServer;
  readonly #tunnels = new Set<Duplex>();
  readonly #zone: string;
  readonly #pod: Pod;
  #draining = false;

  /**
   * @param tlsPath folder of the certificate with which it speaks HTTPS. @default plain HTTP
   * @throws Error when the certificate can't be read
   */
  // biome-ignore lint/suspicious/noExplicitAny: the app's own bindings don't matter to the server
  constructor(pod: Pod, app: Hono<any>, tlsPath?: string) {
    this.#pod = pod;
    this.#zone = pod.environment.ZONE;
    const listener = getRequestListener(
      async (request, env) => {
        const response = await app.fetch(request, env);
        // Its client is to connect anew, to another pod.
        if (pod.stopping && "setHeader" in env.outgoing) env.outgoing.setHeader("connection", "close");
        return response;
      },
      {
        errorHandler: (error) => {
          pod.log.debug({ err: error }, "request refused");
          return problemResponse(new ProblemError(400, "The request line or Host header is not valid."), "/");
        },
      },
    );
    const options = { ...LIMITS, requireHostHeader: false };
    const answer = (request: IncomingMessage, response: ServerResponse) => {
      response.setHeader("x-zone", this.#zone);
      void listener(request, response);
    };
    this.server = tlsPath ? secureServer(pod, tlsPath, options, answer) : createServer(options, answer);
    this.server.on("checkExpectation", (_request, response) => {
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

  /** Counts an upgraded connection among those that end with the server. False when it ends already. */
  tunnel(socket: Duplex): boolean {
    if (this.#draining) return false;
    this.#tunnels.add(socket);
    socket.once("close", () => this.#tunnels.delete(socket));
    return true;
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
