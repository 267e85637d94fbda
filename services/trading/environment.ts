import { z } from "zod";
import { DatabaseEnvironment } from "../kit/database/index.ts";
import { PodEnvironment } from "../kit/environment.ts";

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
});

export type TradingEnvironment = z.infer<typeof TradingEnvironment>;
