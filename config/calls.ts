import type * as pulumi from "@pulumi/pulumi";
import { type Arrow, pods } from "./allowed-connections.ts";
import { HTTP_PORT } from "./ports.ts";
import type { ServiceName } from "./stack-config.ts";

/** Who calls whom inside the cluster. */
const CALLS: [from: ServiceName, to: ServiceName][] = [
  ["gateway", "trading"],
  ["gateway", "transactions"],
  ["gateway", "portfolio"],
  ["gateway", "market-data"],
  ["trading", "transactions"],
  ["trading", "portfolio"],
  ["trading", "market-data"],
  ["portfolio", "market-data"],
];

/** What flows when they do. */
export function callArrows(): Arrow[] {
  return CALLS.map(([from, to]) => ({ from: pods(from), to: pods(to), ports: [HTTP_PORT] }));
}

/** The variables that tell a service where those are that it calls: `MARKET_DATA_URL` for `market-data`. */
export function callUrls(
  from: ServiceName,
  urls: Partial<Record<ServiceName, pulumi.Output<string>>>,
): Record<string, pulumi.Output<string>> {
  const calls = CALLS.filter(([caller]) => caller === from);
  return Object.fromEntries(
    calls.map(([, to]) => {
      const url = urls[to];
      if (!url) throw new Error(`${from} calls ${to}, so ${to} must be deployed before it`);
      return [`${to.toUpperCase().replaceAll("-", "_")}_URL`, url];
    }),
  );
}
