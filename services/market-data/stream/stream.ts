import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Counter, Gauge } from "prom-client";
import { WebSocket, WebSocketServer } from "ws";
import { refuseUpgrade } from "../../kit/client/tunnel.ts";
import { CLOSE_CODE, textFrame } from "../../kit/client/websocket.ts";
import type { Pod } from "../../kit/pod.ts";
import type { Metrics } from "../../kit/telemetry/index.ts";
import { TokenBucket } from "../../kit/token-bucket.ts";
import type { Entry, LatestQuotes } from "../latest-quotes.ts";
import { Groups } from "./groups.ts";
import { ClientMessage, MAX_CLIENT_MESSAGE, snapshot } from "./messages.ts";
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

export interface StreamLimits {
  /** Connections of this pod at most. */
  connections: number;
  /** Of one user. */
  connectionsPerUser: number;
}

const UPKEEP_MS = 1000;
/** What a client may send: messages, pings, and pongs that answer no ping. */
const MESSAGES = { perSecond: 5, burst: 20 };
/** Parts of a message, and reads that one part may take, at most: each holds memory until the message is whole. */
const PARTS = { maxFragments: 4, maxBufferedChunks: 64 };
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
    ...PARTS,
    WebSocket: Connection,
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
      this.#server.handleUpgrade(request, socket, head, (ws) =>
        this.#accept(ws as Connection, socket as Socket, user),
      );
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
    for (const subscriber of all) this.#close(subscriber, CLOSE_CODE.restart, reason);
    return all.length;
  }

  /** No more upkeep; connections end with their sockets. */
  stop(): void {
    clearInterval(this.#upkeep);
  }

  #accept(ws: Connection, socket: Socket, user: string): void {
    const subscriber = new Subscriber(ws, socket, this.#latest, user);
    ws.onInvalid = (code, reason) => this.#close(subscriber, code, reason);
    ws.on("error", (error) => this.#pod.log.debug({ err: error }, "stream ended by an error"));
    const ofUser = this.#perUser.get(user) ?? 0;
    if (this.#subscribers.size >= this.#limits.connections) {
      this.#close(subscriber, CLOSE_CODE.full, "This pod has as many connections as it may");
      return;
    }
    if (ofUser >= this.#limits.connectionsPerUser) {
      this.#close(subscriber, CLOSE_CODE.tooMany, "You have as many connections as you may");
      return;
    }
    this.#perUser.set(user, ofUser + 1);
    this.#subscribers.add(subscriber);
    this.#metrics.connections.set(this.#subscribers.size);
    const rate = new TokenBucket(MESSAGES, performance.now());
    const mayGoOn = () => {
      const may = rate.take(performance.now());
      if (!may) this.#close(subscriber, CLOSE_CODE.tooMany, "You send too many messages");
      return may;
    };
    ws.on("message", (data, isBinary) => {
      if (mayGoOn()) this.#receive(subscriber, isBinary ? "" : String(data));
    });
    ws.on("ping", mayGoOn);
    ws.on("pong", (data: Buffer) => subscriber.acknowledge(data.toString("latin1")) || mayGoOn());
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
      this.#close(subscriber, CLOSE_CODE.malformed, "The message is not one of docs/quotes.md");
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
    if (subscriber.close(code, reason)) this.#metrics.closed.inc({ code });
  }
}

/** Reasons of the codes with which `ws` closes by itself. */
const INVALID: Record<number, string> = {
  1002: "The bytes are not valid WebSocket frames",
  1007: "The text is not valid UTF-8",
  1008: "The message comes in too many parts",
  1009: `The message is longer than ${MAX_CLIENT_MESSAGE} bytes`,
};

/** A WebSocket that leaves it to `onInvalid` to close over invalid input, so that there are a message and a reason. */
class Connection extends WebSocket {
  onInvalid?: (code: number, reason: string) => void;

  override close(code?: number, reason?: string | Buffer): void {
    const why = reason === undefined ? INVALID[code ?? 0] : undefined;
    if (why && this.onInvalid && this.readyState === WebSocket.OPEN) this.onInvalid(code as number, why);
    else super.close(code, reason);
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
