import type { IncomingHttpHeaders } from "node:http";

export type HeaderBag = Record<string, string | string[]>;

/** Headers that concern one connection only (RFC 9110, 7.6.1), and those that the next hop sets itself. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
const SET_BY_NEXT_HOP = new Set([
  "host",
  "content-length",
  "expect",
  "x-request-id",
  "traceparent",
  "tracestate",
]);

/** Headers by which the gateway tells services who calls. Nobody else may set them. */
export const IDENTITY_HEADERS: ReadonlySet<string> = new Set(["x-user-id", "x-user-name"]);

/** Names that a `Connection` header lists are for this hop only, too; nothing when it lists none of interest. */
function listed(connection: string | string[] | undefined): Set<string> | undefined {
  if (connection === undefined || connection === "keep-alive" || connection === "close") return undefined;
  const names = [connection].flat().flatMap((value) => value.split(","));
  return new Set(names.map((name) => name.trim().toLowerCase()));
}

/** The headers of a request that go on to the next hop; `drop` names those that a client must not set. */
export function requestHeaders(headers: IncomingHttpHeaders, drop?: ReadonlySet<string>): HeaderBag {
  const local = listed(headers.connection);
  const kept: HeaderBag = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || HOP_BY_HOP.has(name) || SET_BY_NEXT_HOP.has(name)) continue;
    if (IDENTITY_HEADERS.has(name) || drop?.has(name) || local?.has(name)) continue;
    kept[name] = value;
  }
  return kept;
}

/**
 * The headers of an upstream's response that go back to the client, but for cookies, of which each is a header by
 * itself. The request's id and the way through the zones are for each hop to say.
 */
export function responseHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const local = listed(headers.connection);
  const kept: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || HOP_BY_HOP.has(name) || local?.has(name)) continue;
    if (name === "x-request-id" || name === "x-zone-path" || name === "set-cookie") continue;
    kept[name] = typeof value === "string" ? value : value.join(", ");
  }
  return kept;
}
