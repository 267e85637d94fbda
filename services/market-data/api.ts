import type { OpenAPIHono } from "@hono/zod-openapi";
import { createApi } from "../kit/http/api.ts";
import type { KitEnv } from "../kit/http/app.ts";
import { ProblemError } from "../kit/http/problem.ts";
import type { SimulatedMarket } from "../market/index.ts";
import { candles, INTERVALS, MAX_CANDLES } from "./history.ts";
import type { Entry, LatestQuotes } from "./latest-quotes.ts";
import { getHistory, getQuotes } from "./routes.ts";

const MAX_CACHED = 256;

/** Quotes as a JSON document, written once a tick for all requests of the same symbols. */
class QuotesCache {
  readonly #latest: LatestQuotes;
  readonly #documents = new Map<string, string>();
  #tick = 0;

  constructor(latest: LatestQuotes) {
    this.#latest = latest;
  }

  /** Changes with each tick, and differs between pods, which may have received different trades. */
  get etag(): string {
    return `"${this.#latest.epoch}.${this.#latest.tick}"`;
  }

  /** @param symbols all when absent. Nothing when one of them isn't traded here. */
  document(symbols: readonly string[] | undefined): string | undefined {
    if (this.#tick !== this.#latest.tick || this.#documents.size > MAX_CACHED) this.#documents.clear();
    this.#tick = this.#latest.tick;
    const key = symbols?.join() ?? "*";
    const known = this.#documents.get(key);
    if (known) return known;
    const { entries } = this.#latest;
    const wanted = symbols ? symbols.map((symbol) => entries.get(symbol)) : [...entries.values()];
    const found = wanted.filter((entry): entry is Entry => entry !== undefined);
    if (found.length < wanted.length) return undefined;
    const quotes = found.map(({ json }) => `${json}}`).join();
    const document = `{"epoch":"${this.#latest.epoch}","time":${this.#latest.timeMs},"items":[${quotes}]}`;
    this.#documents.set(key, document);
    return document;
  }
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
  const app = createApi();
  const cache = new QuotesCache(latest);

  app.openapi(getQuotes, (c) => {
    const { symbols } = c.req.valid("query");
    const { etag } = cache;
    // A cache may keep an answer, and has to ask whether it is still good: ten times a second it isn't.
    const headers = { etag, "cache-control": "private, no-cache" };
    if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers);
    const document = cache.document(symbols?.split(","));
    if (!document) throw badField("symbols", "names what is not traded here");
    return c.body(document, 200, { ...headers, "content-type": "application/json" });
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

  app.doc31("/openapi.json", { openapi: "3.1.0", info: { title: "Trizone quotes", version: "1" } });
  return app;
}

function badField(field: string, message: string): ProblemError {
  return new ProblemError(400, "The request's parameters are not valid.", { errors: [{ field, message }] });
}
