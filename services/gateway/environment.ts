import { z } from "zod";
import { PodEnvironment } from "../kit/environment.ts";

/** Feature flags, with their defaults. */
export const Flags = z.strictObject({
  /** The paths of cash accounts and account holders. */
  cash: z.boolean().default(true),
  portfolio: z.boolean().default(true),
  quotes: z.boolean().default(true),
  /** The WebSocket `/ws/quotes`. */
  quotesStream: z.boolean().default(true),
  /** The analysis of texts. */
  news: z.boolean().default(true),
});

export type Flags = z.infer<typeof Flags>;

/** `FEATURE_FLAGS`: a JSON object of flags; flags that it doesn't name have their defaults. */
const FlagsVariable = z
  .string()
  .default("{}")
  .transform((text, context) => {
    try {
      return JSON.parse(text || "{}") as unknown;
    } catch {
      context.addIssue({ code: "custom", message: "must be a JSON object of flags" });
      return z.NEVER;
    }
  })
  .pipe(Flags);

/** An empty variable counts as one that isn't set. */
const optionalUrl = z.preprocess((value) => (value === "" ? undefined : value), z.url().optional());

/** The gateway's environment variables. */
export const GatewayEnvironment = PodEnvironment.extend({
  /** OpenID issuer, exactly as tokens name it in `iss`. */
  ISSUER: z.url(),
  /** The one OAuth client whose tokens are accepted. */
  CLIENT_ID: z.string().min(1),
  TRADING_URL: z.url(),
  /** The paths of a service without an address answer 404. */
  TRANSACTIONS_URL: optionalUrl,
  PORTFOLIO_URL: optionalUrl,
  MARKET_DATA_URL: optionalUrl,
  NEWS_URL: optionalUrl,
  GUARD_URL: optionalUrl,
  /** Requests that each user may send to each pod: a second on and on, and at once. */
  RATE_LIMIT_PER_SECOND: z.coerce.number().positive().default(1000),
  RATE_LIMIT_BURST: z.coerce.number().int().min(1).default(2000),
  FEATURE_FLAGS: FlagsVariable,
});

export type GatewayEnvironment = z.infer<typeof GatewayEnvironment>;
