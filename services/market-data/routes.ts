import { createRoute, z } from "@hono/zod-openapi";
import { json, problem } from "../kit/http/api.ts";
import { INTERVALS, type Interval } from "./history.ts";

const price = z.string().openapi({ description: "Dollars", example: "45.10" });

const Quote = z
  .object({
    symbol: z.string(),
    seq: z.number().int().openapi({ description: "How many quotes this symbol has had in this epoch" }),
    bid: price,
    ask: price,
    bidSize: z.number().int(),
    askSize: z.number().int(),
    last: price,
    volume: z.number().int().openapi({ description: "Shares traded since midnight in Sydney (UTC+10)" }),
  })
  .openapi("Quote");

const Quotes = z
  .object({
    epoch: z.string(),
    time: z.number().int().openapi({ description: "Milliseconds since 1970 of the tick" }),
    items: z.array(Quote),
  })
  .openapi("Quotes");

const Candle = z
  .object({
    time: z.iso.datetime().openapi({ description: "Start" }),
    open: price,
    high: price,
    low: price,
    close: price,
    volume: z.number().int(),
  })
  .openapi("Candle");

const time = (what: string) => z.iso.datetime({ error: `must be an ISO 8601 time in UTC: ${what}` });

export const getQuotes = createRoute({
  method: "get",
  path: "/api/quotes",
  summary: "Quotes of now",
  description: "They change ten times a second; the stream at /ws/quotes sends each change.",
  request: {
    query: z.strictObject({
      symbols: z
        .string()
        .max(500)
        .optional()
        .openapi({ description: "Separated by commas; all when absent", example: "BHP,CBA" }),
    }),
  },
  responses: {
    200: { description: "In the order in which they were asked for", content: json(Quotes) },
    304: { description: "Still those of If-None-Match" },
    400: problem("Malformed, or a symbol is not traded here"),
  },
});

const intervals = Object.keys(INTERVALS) as [Interval, ...Interval[]];

export const getHistory = createRoute({
  method: "get",
  path: "/api/quotes/{symbol}/history",
  summary: "What a price did",
  description: "At most 500 candles, oldest first, of the simulated market's own trades.",
  request: {
    params: z.object({ symbol: z.string().max(20) }),
    query: z.strictObject({
      from: time("the first candle's").optional(),
      to: time("the end").optional(),
      interval: z.enum(intervals, { error: `must be one of ${intervals.join(", ")}` }).default("1m"),
    }),
  },
  responses: {
    200: {
      description: "Candles, oldest first; the last one may not be over",
      content: json(z.object({ symbol: z.string(), interval: z.string(), items: z.array(Candle) })),
    },
    400: problem("Malformed, or more than 500 candles"),
    404: problem("Not traded here"),
  },
});
