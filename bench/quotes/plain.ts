import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { priceText } from "../../services/market/price.ts";
import { everyTick, SimulatedMarket, TICK_MS } from "../../services/market/simulated-market.ts";

/**
 * The peer: quotes by plain `ws`. `each` sends every client every quote of its symbols as a message of its own, written
 * once a quote; `batched` sends a client one message a tick.
 */
const [, , mode] = process.argv;
const market = new SimulatedMarket();
const subscribers = new Map<string, Set<WebSocket>>(market.symbols.map((symbol) => [symbol, new Set()]));
const clients = new Map<WebSocket, string[]>();

const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false });
server.on("connection", (ws) => {
  ws.on("message", (data) => {
    const { symbols } = JSON.parse(String(data)) as { symbols: string[] };
    clients.set(ws, symbols);
    for (const symbol of symbols) subscribers.get(symbol)?.add(ws);
  });
});

function quoteAt(symbol: string, tick: number) {
  const quote = market.quote(symbol, tick);
  if (!quote) throw new Error(`no quote of ${symbol}`);
  const { bid, ask, bidSize, askSize, last, volume } = quote;
  const prices = { bid: priceText(bid), ask: priceText(ask), last: priceText(last) };
  return { symbol, seq: tick, ...prices, bidSize, askSize, volume };
}

everyTick((tick) => {
  const time = tick * TICK_MS;
  if (mode === "batched") {
    const quotes = new Map(market.symbols.map((symbol) => [symbol, quoteAt(symbol, tick)]));
    for (const [ws, symbols] of clients) {
      ws.send(JSON.stringify({ type: "update", time, quotes: symbols.map((symbol) => quotes.get(symbol)) }));
    }
    return;
  }
  for (const [symbol, wanting] of subscribers) {
    const text = JSON.stringify({ type: "update", time, ...quoteAt(symbol, tick) });
    for (const ws of wanting) ws.send(text);
  }
});
http.listen(0, "127.0.0.1", () => process.stdout.write(`${(http.address() as AddressInfo).port}\n`));
