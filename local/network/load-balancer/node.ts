import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Balancer, Listener } from "../state.ts";
import type { Arrival } from "./headers.ts";
import { ProxiedRequest } from "./proxied-request.ts";
import { rawStatus, redirectLocation, replyWithStatus } from "./replies.ts";
import { clientAddress, type RequestView, viewOf } from "./request-view.ts";
import { type CompiledAction, type CompiledForward, Rules } from "./rules.ts";
import type { TargetGroupTargets } from "./target-group.ts";
import { isWebSocket, joinWebSocket, responseOn } from "./websocket.ts";

/** Elastic Load Balancing takes 64 KB of headers. */
const MAX_HEADERS = 65_536;
/** A silent client is given this much longer than a silent target, so that it still hears the 504. */
const CLIENT_SLACK_MS = 5000;

/** What a node needs of the proxy process that it runs in. */
export interface NodeContext {
  zone: string;
  healthPath: string;
  group(arn: string): TargetGroupTargets | undefined;
  /** Zones that a zonal shift moved a balancer's traffic away from. */
  away(balancer: string): Set<string>;
  /** The share of its turns that a zone's targets take: below 1 while a zone comes back after a shift. */
  weight(balancer: string, zone: string): number;
  onRequest(balancer: string, zone: string): void;
  onError(balancer: string, status: number): void;
  /** Whether the process is about to end. */
  stopping(): boolean;
}

/**
 * The node of an Application Load Balancer in one zone, for one listener.
 * Left out: TLS (an HTTPS listener is served in plain text), HTTP/2, authentication, request logs, AWS WAF.
 */
export class AlbNode {
  readonly server: Server;
  readonly #context: NodeContext;
  #balancer: Balancer;
  #listener: Listener;
  #rules: Rules;
  #source: string;

  constructor(balancer: Balancer, listener: Listener, context: NodeContext) {
    this.#context = context;
    this.#balancer = balancer;
    this.#listener = listener;
    this.#rules = new Rules(listener.rules);
    this.#source = JSON.stringify(listener.rules);
    this.server = createServer({
      maxHeaderSize: MAX_HEADERS,
      headersTimeout: Math.min(balancer.idleTimeoutMs, 30_000),
      requestTimeout: 0,
      connectionsCheckingInterval: 5000,
    });
    this.server.on("connection", (socket: Socket) => openedAt.set(socket, performance.now()));
    this.server.on("request", (request, response) => this.#serve(request, response));
    this.server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket as Socket, head));
    this.server.on("clientError", refuse);
  }

  update(balancer: Balancer, listener: Listener): void {
    const source = JSON.stringify(listener.rules);
    this.#balancer = balancer;
    this.#listener = listener;
    this.server.keepAliveTimeout = balancer.idleTimeoutMs;
    this.server.timeout = balancer.idleTimeoutMs + CLIENT_SLACK_MS;
    // The rules count the turns of their groups, so they are kept where nothing changed.
    if (source === this.#source) return;
    this.#rules = new Rules(listener.rules);
    this.#source = source;
  }

  /** Whether every target group that the rules may forward to has a healthy target for this node. */
  isHealthy(): boolean {
    return this.#rules.groups().every((arn) => this.#context.group(arn)?.isHealthy() ?? false);
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const response = responseOn(request, socket);
    if (!response) return;
    const hasBody = request.headers["content-length"] ?? request.headers["transfer-encoding"];
    if (isWebSocket(request)) this.#serve(request, response, { socket, head });
    else if (hasBody) replyWithStatus(response, 400, true);
    else this.#serve(request, response);
  }

  #serve(
    request: IncomingMessage,
    response: ServerResponse,
    client?: { socket: Socket; head: Buffer },
  ): void {
    if (request.url === this.#context.healthPath) {
      replyWithStatus(response, this.isHealthy() ? 200 : 503);
      return;
    }
    const view = viewOf(request);
    const action = view && this.#rules.match(view);
    if (!view || !action) this.#refuse(request, response, 400);
    else if (action.type === "forward") this.#forward(action, view, request, response, client);
    else this.#reply(action, view, request, response);
  }

  #forward(
    action: CompiledForward,
    view: RequestView,
    request: IncomingMessage,
    response: ServerResponse,
    client?: { socket: Socket; head: Buffer },
  ): void {
    const { arn } = this.#balancer;
    // Undefined where the weight of every group is 0.
    const group = this.#context.group(action.rotation.next() ?? "");
    const target = group?.pick(arn, this.#context.away(arn), (zone) => this.#context.weight(arn, zone));
    if (!target) {
      this.#refuse(request, response, 503);
      return;
    }
    this.#context.onRequest(arn, target.at.zone);
    try {
      new ProxiedRequest(request, response, {
        target,
        path: view.target,
        arrival: this.#arrival(request),
        idleTimeoutMs: this.#balancer.idleTimeoutMs,
        close: () => this.#closes(request),
        onError: (status) => this.#context.onError(arn, status),
        ...(client && {
          onUpgrade: (answer, socket, head) => {
            response.detachSocket(client.socket);
            const relay = joinWebSocket(client, { answer, socket, head }, this.#balancer.idleTimeoutMs);
            const tunnel = { fail: () => relay.reset() };
            target.inFlight.add(tunnel);
            relay.onClose(() => target.inFlight.delete(tunnel));
          },
        }),
      });
    } catch {
      // Node refuses to send what no HTTP request may hold, such as a path with control characters.
      this.#refuse(request, response, 400);
    }
  }

  #reply(
    action: Exclude<CompiledAction, CompiledForward>,
    view: RequestView,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const close = this.#closes(request) || !request.complete;
    const connection = close ? { connection: "close" } : {};
    if (action.type === "redirect") {
      const location = redirectLocation(action, view, this.#arrival(request));
      response.writeHead(action.status, { location, "content-length": 0, ...connection }).end();
      return;
    }
    const body = Buffer.from(action.body);
    const headers = { "content-type": action.contentType, "content-length": body.length, ...connection };
    response.writeHead(action.status, headers).end(body);
  }

  #refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
    this.#context.onError(this.#balancer.arn, status);
    replyWithStatus(response, status, !request.complete || this.#closes(request));
  }

  #arrival(request: IncomingMessage): Arrival {
    return {
      clientAddress: clientAddress(request),
      protocol: this.#listener.protocol === "HTTPS" ? "https" : "http",
      // Where the balancer's name carries a port, that is the one that clients connect to.
      port: this.#balancer.address.port ?? this.#listener.port,
      host: this.#balancer.address.host,
    };
  }

  /** A node that was shifted away from closes its connections: clients connect anew and reach another zone. */
  #closes({ socket }: IncomingMessage): boolean {
    const { clientKeepAliveMs, arn } = this.#balancer;
    const age = performance.now() - (openedAt.get(socket) ?? 0);
    return (
      age > clientKeepAliveMs || this.#context.stopping() || this.#context.away(arn).has(this.#context.zone)
    );
  }
}

/** When each client's connection was opened. */
const openedAt = new WeakMap<Socket, number>();

const CLIENT_ERRORS: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** Answers what isn't HTTP, unless an answer to something before it is already under way. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  const busy = (socket as { _httpMessage?: ServerResponse })._httpMessage;
  if (error.code === "ECONNRESET" || !socket.writable || busy) socket.destroy();
  else {
    socket.write(rawStatus(CLIENT_ERRORS[error.code ?? ""] ?? 400));
    socket.destroySoon();
  }
}
