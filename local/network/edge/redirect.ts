import type { Redirect } from "../rule-types.ts";
import type { Arrival } from "../load-balancer/headers.ts";
import type { Arrived } from "../load-balancer/request-view.ts";

/** The Location of a redirect action: the request's own parts in place of the action's keywords. */
export function redirectLocation(action: Redirect, request: Arrived, arrival: Arrival): string {
  const parts: Record<string, string> = {
    protocol: arrival.protocol.toUpperCase(),
    host: request.host,
    port: String(arrival.port),
    path: request.path.replace(/^\//, ""),
    query: request.query,
  };
  const fill = (text: string) => text.replace(/#\{(\w+)\}/g, (whole, name: string) => parts[name] ?? whole);
  const protocol = fill(action.protocol).toLowerCase();
  const port = fill(action.port);
  const query = fill(action.query);
  const plain = (protocol === "http" && port === "80") || (protocol === "https" && port === "443");
  return `${protocol}://${fill(action.host)}${plain ? "" : `:${port}`}${fill(action.path)}${query ? `?${query}` : ""}`;
}
