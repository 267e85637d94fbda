import { Upstream } from "../kit/upstream.ts";
import type { GatewayEnvironment } from "./environment.ts";

/** Which service answers what: each path, and all below it. */
const PATHS = {
  trading: ["/api/orders"],
  transactions: ["/api/accounts", "/api/transactions", "/api/account-holder"],
  portfolio: ["/api/portfolio"],
  "market-data": ["/api/quotes"],
} as const;

export type ServiceName = keyof typeof PATHS;

/** A service behind the gateway. */
export interface Service {
  name: ServiceName;
  paths: readonly string[];
  /** Base URL; nothing when this deployment has no such service. */
  url: string | undefined;
  upstream: Upstream | undefined;
}

/** All services that the gateway knows, whether this deployment has them or not. */
export function openServices(environment: GatewayEnvironment): Service[] {
  const urls: Record<ServiceName, string | undefined> = {
    trading: environment.TRADING_URL,
    transactions: environment.TRANSACTIONS_URL,
    portfolio: environment.PORTFOLIO_URL,
    "market-data": environment.MARKET_DATA_URL,
  };
  return (Object.keys(PATHS) as ServiceName[]).map((name) => {
    const url = urls[name];
    // Two tries fit into the time that `web` gives one of its own.
    const upstream = url ? new Upstream({ url, name, tryTimeoutMs: 2000, totalTimeoutMs: 4800 }) : undefined;
    return { name, paths: PATHS[name], url, upstream };
  });
}
