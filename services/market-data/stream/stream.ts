import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Counter, Gauge } from "prom-client";
import { type WebSocket, WebSocketServer } from "ws";
import { refuseUpgrade } from "../../kit/client/tunnel.ts";
import type { Pod } from "../../kit/pod.ts";
import type { Metrics } from "../../kit/telemetry/index.ts";
import { TokenBucket } from "../../kit/token-bucket.ts";
import type { Entry, LatestQuotes } from "../latest-quotes.ts";
import { Groups } from "./groups.ts";
import { ClientMessage, MAX_CLIENT_MESSAGE, snapshot, textFrame } from "./messages.ts";
import { Subscriber } from "./subscriber.ts";

/** What is counted of the stream. */
export interface StreamMetrics {
  connections: Gauge;
  behind: Gauge;
  delivered: Counter;
  closed: Counter<"code">;
}

export function streamMetrics({ registry }: Metrics): StreamMetrics {
  const registers = [registry];
  return {
    connections: new Gauge({ name: "quotes_connections", help: "WebSocket connections", registers }),
    behind: new Gauge({
      name: "quotes_connections_behind",
      help: "Connections that did not take the last tick and get the newest quotes later",
      registers,
    }),
    delivered: new Counter({ name: "quotes_delivered_total", help: "Quotes sent to clients", registers }),
    closed: new Counter({
      name: "quotes_closed_total",
      help: "Connections closed by us",
      labelNames: ["code"],
      registers,
    }),
  };
}

const PATH = "/ws/quotes";
const PROTOCOL = "trizone.quotes.v1";

/** Close codes of our own (RFC 6455, 7.4.2), after the HTTP statuses that they resemble. */
const CLOSE = { malformed: 4400, tooMany: 4429, full: 1013, restart: 1012 } as const;

export interface StreamLimits {
  /** Connections of this pod at most. */
  connections: number;
  /** Of one user. */
  connectionsPerUser: number;
}

const UPKEEP_MS = 1000;
/** Clients that are asked to reconnect do so spread over this many milliseconds. */
const RECONNECT_MS = 5000;
/** What a client may send. */
const MESSAGES = { perSecond: 5, burst: 20 };
const USER = /^[\x21-\x7e]{1,255}$/;

/** The stream of quotes over WebSockets, described in docs/quotes.md. */
export class Stream {
  readonly #pod: Pod;
  readonly #latest: LatestQuotes;
  readonly #limits: StreamLimits;
  readonly #metrics: StreamMetrics;
  readonly #groups = new Groups();
  readonly #subscribers = new Set<Subscriber>();
  readonly #perUser = new Map<string, number>();
  readonly #upkeep: NodeJS.Timeout;
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_CLIENT_MESSAGE,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });

  constructor(pod: Pod, latest: LatestQuotes, limits: StreamLimits, metrics: StreamMetrics) {
    this.#pod = pod;
    this.#latest = latest;
    this.#limits = limits;
    this.#metrics = metrics;
    this.#upkeep = setInterval(() => {
      const now = performance.now();
      for (const subscriber of this.#subscribers) subscriber.upkeep(now);
    }, UPKEEP_MS).unref();
  }

  /** Takes over a connection that asks for a WebSocket, or refuses it by a status. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const user = request.headers["x-user-id"];
    const path = (request.url ?? "/").split("?", 1)[0];
    if (path !== PATH) refuseUpgrade(this.#pod, socket, 404);
    else if (typeof user !== "string" || !USER.test(user)) refuseUpgrade(this.#pod, socket, 401);
    else if (this.#pod.stopping) refuseUpgrade(this.#pod, socket, 503);
    else {
      this.#server.handleUpgrade(request, socket, head, (ws) => this.#accept(ws, socket as Socket, user));
    }
  }

  /** Sends each client the quotes that changed with the latest tick. */
  publish(): void {
    const { delivered, behind } = this.#groups.publish(this.#latest);
    this.#metrics.delivered.inc(delivered);
    this.#metrics.behind.set(behind);
  }

  /** Closes all connections and asks the clients to reconnect, spread over time. Returns how many there were. */
  drain(reason: string): number {
    const all = [...this.#subscribers];
    for (const subscriber of all) this.#close(subscriber, CLOSE.restart, reason);
    return all.length;
  }

  /** No more upkeep; connections end with their sockets. */
  stop(): void {
    clearInterval(this.#upkeep);
  }

  #accept(ws: WebSocket, socket: Socket, user: string): void {
    const subscriber = new Subscriber(ws, socket, this.#latest, user);
    ws.on("error", (error) => this.#pod.log.debug({ err: error }, "stream ended by an error"));
    const ofUser = this.#perUser.get(user) ?? 0;
    if (this.#subscribers.size >= this.#limits.connections) {
      this.#close(subscriber, CLOSE.full, "This pod has as many connections as it may");
      return;
    }
    if (ofUser >= this.#limits.connectionsPerUser) {
      this.#close(subscriber, CLOSE.tooMany, "You have as many connections as you may");
      return;
    }
    this.#perUser.set(user, ofUser + 1);
    this.#subscribers.add(subscriber);
    this.#metrics.connections.set(this.#subscribers.size);
    const rate = new TokenBucket(MESSAGES, performance.now());
    ws.on("message", (data, isBinary) => {
      if (!rate.take(performance.now())) this.#close(subscriber, CLOSE.tooMany, "You send too many messages");
      else this.#receive(subscriber, isBinary ? "" : String(data));
    });
    ws.once("close", () => this.#leave(subscriber));
  }

  #leave(subscriber: Subscriber): void {
    this.#groups.move(subscriber, undefined);
    this.#subscribers.delete(subscriber);
    this.#metrics.connections.set(this.#subscribers.size);
    const left = (this.#perUser.get(subscriber.user) ?? 1) - 1;
    if (left > 0) this.#perUser.set(subscriber.user, left);
    else this.#perUser.delete(subscriber.user);
  }

  #receive(subscriber: Subscriber, text: string): void {
    const message = read(text);
    const named = message?.symbols.map((symbol) => this.#latest.entries.get(symbol));
    if (!message || !named) {
      this.#close(subscriber, CLOSE.malformed, "The message is not one of docs/quotes.md");
      return;
    }
    const entries = named.filter((entry) => entry !== undefined);
    if (entries.length < named.length) {
      subscriber.send(`{"type":"error","detail":"A symbol is not traded here; nothing was changed."}`);
      return;
    }
    const wanted = new Set<Entry>(subscriber.group?.entries);
    for (const entry of entries) {
      if (message.type === "subscribe") wanted.add(entry);
      else wanted.delete(entry);
    }
    const fresh = message.type === "subscribe" ? [...new Set(entries)] : [];
    const group = this.#groups.of(wanted);
    this.#groups.move(subscriber, group);
    subscriber.join(group, fresh, fresh.length > 0 ? textFrame(snapshot(this.#latest, fresh)) : undefined);
  }

  #close(subscriber: Subscriber, code: number, reason: string): void {
    this.#metrics.closed.inc({ code });
    subscriber.close(code, reason, Math.round(Math.random() * RECONNECT_MS));
  }
}

function read(text: string): ClientMessage | undefined {
  try {
    return ClientMessage.safeParse(JSON.parse(text)).data;
  } catch {
    // Not JSON; the caller refuses it like any other unknown message.
    return undefined;
  }
}
