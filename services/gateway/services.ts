import { Upstream } from "../kit/client/upstream.ts";
import type { Flags, GatewayEnvironment } from "./environment.ts";

/** Which service answers what: each path and all below it, where its flag is on. */
const ROUTES = {
  trading: { paths: ["/api/orders"], flag: undefined },
  transactions: { paths: ["/api/accounts", "/api/transactions", "/api/account-holder"], flag: "cash" },
  portfolio: { paths: ["/api/portfolio"], flag: "portfolio" },
  "market-data": { paths: ["/api/quotes"], flag: "quotes" },
} as const satisfies Record<string, { paths: readonly string[]; flag: keyof Flags | undefined }>;

export type UpstreamName = keyof typeof ROUTES;

/** A service behind the gateway. */
export interface Service {
  name: UpstreamName;
  paths: readonly string[];
  /** Base URL; nothing when this deployment has no such service, or its flag is off. */
  url: string | undefined;
  upstream: Upstream | undefined;
}

/** All services that the gateway knows, whether this deployment has them or not. */
export function openServices(environment: GatewayEnvironment): Service[] {
  const urls: Record<UpstreamName, string | undefined> = {
    trading: environment.TRADING_URL,
    transactions: environment.TRANSACTIONS_URL,
    portfolio: environment.PORTFOLIO_URL,
    "market-data": environment.MARKET_DATA_URL,
  };
  return (Object.keys(ROUTES) as UpstreamName[]).map((name) => {
    const { paths, flag } = ROUTES[name];
    const url = !flag || environment.FEATURE_FLAGS[flag] ? urls[name] : undefined;
    // Two tries fit into the time that `web` gives one of its own.
    const upstream = url ? new Upstream({ url, name, tryTimeoutMs: 2000, totalTimeoutMs: 4800 }) : undefined;
    return { name, paths, url, upstream };
  });
}
