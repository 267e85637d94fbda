import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { everyTick, SimulatedMarket, tickAt } from "../../../../services/market/index.ts";
import { quotesApi } from "../../../../services/market-data/api.ts";
import { LatestQuotes } from "../../../../services/market-data/latest-quotes.ts";
import { Stream, streamMetrics } from "../../../../services/market-data/stream/stream.ts";
import { Tape } from "../../../../services/market-data/tape.ts";
import { testApp } from "../../../support/app.ts";
import { StandInExchange } from "./exchange.ts";
import type { PageIssuer } from "./issuer.ts";
import { StandInNews } from "./news.ts";
import { StandInOperations } from "./operations.ts";

/** What the next requests whose method and path match are answered with; `lost`: handled, but the answer never comes. */
export interface Fault {
  match: RegExp;
  answer: number | "drop" | "lost";
  times: number;
  retryAfterS?: number;
  detail?: string;
  /** What is wrong with which field, as problem details have it. */
  errors?: { field: string; message: string }[];
}

/** Stands in for the gateway and what is behind it; its quotes and their stream are the real ones. */
export interface StandIn {
  url: string;
  exchange: StandInExchange;
  news: StandInNews;
  operations: StandInOperations;
  faults: Fault[];
  /** Open sockets of the stream of quotes. */
  sockets: Set<Duplex>;
  /** False refuses upgrades. */
  streams: boolean;
  reset(): void;
  close(): Promise<void>;
}

const STATUS_TITLES: Record<number, string> = {
  401: "Unauthorized",
  429: "Too Many Requests",
  503: "Service Unavailable",
};

export async function startStandIn(issuer: PageIssuer): Promise<StandIn> {
  const market = new SimulatedMarket();
  const latest = new LatestQuotes(market, new Tape(), tickAt(Date.now()));
  const { pod } = testApp();
  const limits = { connections: 100, connectionsPerUser: 50 };
  const stream = new Stream(pod, latest, limits, streamMetrics(pod.metrics));
  const ticker = everyTick((tick) => {
    if (latest.advance(tick)) stream.publish();
  });
  const exchange = new StandInExchange(market);
  const news = new StandInNews();
  const operations = new StandInOperations();

  const tokenOf = (request: IncomingMessage) => {
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(/, */);
    const protocol = offered.find((name) => name.startsWith("bearer."));
    return protocol?.slice("bearer.".length) ?? request.headers.authorization?.replace("Bearer ", "") ?? "";
  };
  const app = new Hono<{ Bindings: { incoming: IncomingMessage } }>();
  app.use(async (c, next) => {
    c.header("x-zone", "ap-southeast-2b");
    if (!issuer.userOf(tokenOf(c.env.incoming))) {
      return c.json({ status: 401, title: "Unauthorized", detail: "The access token has expired." }, 401);
    }
    const fault = standIn.faults.find(
      ({ match, times }) => times > 0 && match.test(`${c.req.method} ${c.req.path}`),
    );
    if (!fault) return next();
    fault.times -= 1;
    if (fault.answer === "drop") {
      c.env.incoming.socket.destroy();
      return c.body(null);
    }
    if (fault.answer === "lost") {
      await next();
      c.env.incoming.socket.destroy();
      return;
    }
    const headers = fault.retryAfterS ? { "retry-after": String(fault.retryAfterS) } : undefined;
    const title = STATUS_TITLES[fault.answer] ?? "Error";
    const detail = fault.detail ?? `The stand-in answers ${fault.answer}.`;
    const { answer, errors } = fault;
    return c.json({ status: answer, title, detail, ...(errors && { errors }) }, answer as 503, headers);
  });
  app.route("/", exchange.routes());
  app.route("/", news.routes());
  app.use("/api/operations/*", async (c, next) => {
    const name = issuer.userOf(tokenOf(c.env.incoming)) ?? "";
    operations.operator = name;
    if (name !== issuer.user.name || !issuer.user.groups.includes("operators"))
      return c.json({ status: 403, title: "Forbidden", detail: "This is for operators." }, 403);
    return next();
  });
  app.route("/", operations.routes());
  app.route("/", quotesApi(latest, market) as unknown as Hono<{ Bindings: { incoming: IncomingMessage } }>);

  const server = createServer(getRequestListener(app.fetch as never));
  const standIn: StandIn = {
    url: "",
    exchange,
    news,
    operations,
    faults: [],
    sockets: new Set(),
    streams: true,
    reset() {
      exchange.reset();
      news.reset();
      operations.reset();
      this.faults.length = 0;
      this.streams = true;
    },
    async close() {
      ticker.stop();
      stream.stop();
      for (const socket of this.sockets) socket.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  server.on("upgrade", (request, socket, head) => {
    const user = issuer.userOf(tokenOf(request));
    if (!user || !standIn.streams) {
      socket.end(`HTTP/1.1 ${user ? 503 : 401} No\r\nConnection: close\r\n\r\n`);
      return;
    }
    standIn.sockets.add(socket);
    socket.once("close", () => standIn.sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    const protocols = (request.headers["sec-websocket-protocol"] ?? "").split(/, */);
    request.headers["sec-websocket-protocol"] = protocols
      .filter((name) => !name.startsWith("bearer."))
      .join(", ");
    request.headers["x-user-id"] = user;
    stream.upgrade(request, socket, head);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  standIn.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return standIn;
}
