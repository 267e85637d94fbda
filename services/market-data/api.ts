import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { createApi, json, problem, textOf } from "../kit/http/api.ts";
import type { KitEnv } from "../kit/http/app.ts";
import { ProblemError } from "../kit/http/problem.ts";
import {
  dayOf,
  firstTickOf,
  INSTRUMENTS,
  priceText,
  type SimulatedMarket,
  TICK_MS,
  tickAt,
} from "../market/index.ts";
import { candles, INTERVALS, type Interval, MAX_CANDLES } from "./history.ts";
import type { Entry, LatestQuotes } from "./latest-quotes.ts";

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

const Closes = z
  .object({
    day: z.iso.datetime().openapi({ description: "When the trading day began, in UTC" }),
    items: z.array(z.object({ symbol: z.string(), previousClose: price })),
  })
  .openapi("Closes");

/** All that is traded, as alternatives of a pattern. */
const SYMBOLS = [...INSTRUMENTS.keys()].join("|");
/** Characters of a list of symbols. */
const MAX_SYMBOLS = 500;

const time = (what: string) =>
  z.iso
    .datetime({ error: `must be an ISO 8601 time in UTC: ${what}` })
    .openapi({ format: "date-time", description: `In UTC: ${what}` });

/** What any route may answer. */
const failures = {
  401: problem("Not signed in"),
  503: problem("Too much to do; Retry-After says when to come back"),
};

const getQuotes = createRoute({
  method: "get",
  path: "/api/quotes",
  summary: "Quotes of now",
  description: "They change ten times a second; the stream at /ws/quotes sends each change.",
  request: {
    query: z.strictObject({
      symbols: z
        .string()
        .max(MAX_SYMBOLS)
        .optional()
        .openapi({
          ...textOf(new RegExp(`^(?:${SYMBOLS})(?:,(?:${SYMBOLS}))*$`), { maxLength: MAX_SYMBOLS }),
          description: "Separated by commas; all when absent",
          example: "BHP,CBA",
        }),
    }),
  },
  responses: {
    200: { description: "In the order in which they were asked for", content: json(Quotes) },
    304: { description: "Still those of If-None-Match" },
    400: problem("Malformed, or a symbol is not traded here"),
    ...failures,
  },
});

const getCloses = createRoute({
  method: "get",
  path: "/api/quotes/closes",
  summary: "Each symbol's last price of the day before",
  description: "What a day's change is measured from; it stays until the next day begins (14:00 UTC).",
  responses: { 200: { description: "All symbols", content: json(Closes) }, ...failures },
});

const intervals = Object.keys(INTERVALS) as [Interval, ...Interval[]];

const getHistory = createRoute({
  method: "get",
  path: "/api/quotes/{symbol}/history",
  summary: "What a price did",
  description: "At most 500 candles, oldest first, of the simulated market's own trades.",
  request: {
    params: z.object({ symbol: z.string().openapi({ enum: [...INSTRUMENTS.keys()] }) }),
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
    ...failures,
  },
});

/** Quotes as a JSON document. @param symbols all when absent. Nothing when one of them isn't traded here. */
function documentOf(latest: LatestQuotes, symbols: readonly string[] | undefined): string | undefined {
  const { entries } = latest;
  const wanted = symbols ? symbols.map((symbol) => entries.get(symbol)) : [...entries.values()];
  const found = wanted.filter((entry): entry is Entry => entry !== undefined);
  if (found.length < wanted.length) return undefined;
  const quotes = found.map(({ json }) => `${json}}`).join();
  return `{"epoch":"${latest.epoch}","time":${latest.timeMs},"items":[${quotes}]}`;
}

/** Candles when no start is asked for. */
const DEFAULT_CANDLES = 100;
/** The simulated market has no bounds of its own. */
const FIRST_YEAR_MS = Date.UTC(2000, 0, 1);

/** The quotes API: the same for all users. */
export function quotesApi(
  latest: LatestQuotes,
  market: SimulatedMarket,
  now = Date.now,
): OpenAPIHono<KitEnv> {
  const app = createApi("Trizone quotes");

  app.openapi(getQuotes, (c) => {
    const { symbols } = c.req.valid("query");
    // Changes with each tick, and differs between pods, which may have received different trades.
    const etag = `"${latest.epoch}.${latest.tick}"`;
    // A cache may keep an answer, and has to ask whether it is still good: ten times a second it isn't.
    const headers = { etag, "cache-control": "private, no-cache" };
    if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers);
    const document = documentOf(latest, symbols?.split(","));
    if (!document) throw badField("symbols", "names what is not traded here");
    return c.body(document, 200, { ...headers, "content-type": "application/json" });
  });

  app.openapi(getCloses, (c) => {
    const first = firstTickOf(dayOf(tickAt(now())));
    const items = market.symbols.map((symbol) => ({
      symbol,
      previousClose: priceText(market.quote(symbol, first - 1)?.last ?? 0),
    }));
    c.header("cache-control", "private, max-age=60");
    return c.json({ day: new Date(first * TICK_MS).toISOString(), items }, 200);
  });

  app.openapi(getHistory, (c) => {
    const { symbol } = c.req.valid("param");
    const { interval, ...query } = c.req.valid("query");
    if (!latest.entries.has(symbol)) throw new ProblemError(404, "This symbol is not traded here.");
    const to = Math.min(query.to ? Date.parse(query.to) : now(), now());
    const from = query.from ? Date.parse(query.from) : to - DEFAULT_CANDLES * INTERVALS[interval];
    if (from > to) throw badField("from", "must be before to, and not in the future");
    if (from < FIRST_YEAR_MS) throw badField("from", "must be no earlier than the year 2000");
    if (to - from > (MAX_CANDLES - 1) * INTERVALS[interval]) {
      throw badField("from", `is more than ${MAX_CANDLES} candles before to; take a longer interval`);
    }
    const items = candles(market, symbol, from, to, interval);
    c.header("cache-control", "private, max-age=1");
    return c.json({ symbol, interval, items }, 200);
  });
  return app;
}

function badField(field: string, message: string): ProblemError {
  return new ProblemError(400, "The request's parameters are not valid.", { errors: [{ field, message }] });
}
