import { Counter, Gauge } from "prom-client";
import type { Metrics } from "../../kit/telemetry/index.ts";

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
