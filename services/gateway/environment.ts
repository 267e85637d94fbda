import { z } from "zod";
import { PodEnvironment } from "../kit/environment.ts";
import { FlagsVariable } from "./flags.ts";

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
  /** Requests that each user may send to each pod: a second on and on, and at once. */
  RATE_LIMIT_PER_SECOND: z.coerce.number().positive().default(1000),
  RATE_LIMIT_BURST: z.coerce.number().int().min(1).default(2000),
  FEATURE_FLAGS: FlagsVariable,
});

export type GatewayEnvironment = z.infer<typeof GatewayEnvironment>;
