import { z } from "zod";
import { DatabaseEnvironment } from "../kit/database/index.ts";
import { milliseconds, PodEnvironment } from "../kit/environment.ts";
import { MARKET_SEED } from "../market/index.ts";

const symbols = z
  .string()
  .default("")
  .transform((text) => new Set(text.split(",").filter(Boolean)));

export const TradingEnvironment = z.object({
  ...PodEnvironment.shape,
  ...DatabaseEnvironment.shape,
  /** Where cash is reserved and settled. */
  TRANSACTIONS_URL: z.url(),
  /** Where holdings are reserved and booked. */
  PORTFOLIO_URL: z.url(),
  /** Gets trades as they happen; optional. */
  MARKET_DATA_URL: z.url().optional(),
  /** `off` commits each order by itself, which the benchmarks compare with. */
  ORDER_BATCHING: z.enum(["on", "off"]).default("on"),
  /** Orders that a pod processes at once at most; more are refused with 503. */
  MAX_WORKING_ORDERS: z.coerce.number().int().min(1).default(5000),
  /** Trading hours of the simulated exchange. */
  EXCHANGE_HOURS: z.enum(["always", "asx"]).default("always"),
  /** `displayed`: no more is traded at a tick than the quote shows. */
  EXCHANGE_LIQUIDITY: z.enum(["unlimited", "displayed"]).default("unlimited"),
  /** Limits further than this share of the latest price away are refused. */
  EXCHANGE_PRICE_BAND: z.coerce.number().positive().default(0.5),
  /** Symbols, separated by commas, in which nothing is traded. */
  EXCHANGE_HALTED: symbols,
  EXCHANGE_LATENCY_MS: milliseconds(0),
  MARKET_SEED: z.coerce.number().int().default(MARKET_SEED),
});

export type TradingEnvironment = z.infer<typeof TradingEnvironment>;
