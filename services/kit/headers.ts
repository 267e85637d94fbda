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
const SET_BY_NEXT_HOP = new Set(["host", "content-length", "expect"]);

/** Names that a `Connection` header lists are for this hop only, too. */
function listed(connection: string | string[] | undefined): Set<string> {
  const names = [connection ?? []].flat().flatMap((value) => value.split(","));
  return new Set(names.map((name) => name.trim().toLowerCase()));
}

function endToEnd(headers: IncomingHttpHeaders, drop: (name: string) => boolean): HeaderBag {
  const local = listed(headers.connection);
  const kept = Object.entries(headers).filter(
    (entry): entry is [string, string | string[]] =>
      entry[1] !== undefined && !HOP_BY_HOP.has(entry[0]) && !local.has(entry[0]) && !drop(entry[0]),
  );
  return Object.fromEntries(kept);
}

/** The headers of a request that go on to the next hop; `drop` names those that a client must not set. */
export function requestHeaders(headers: IncomingHttpHeaders, drop: ReadonlySet<string>): HeaderBag {
  return endToEnd(headers, (name) => SET_BY_NEXT_HOP.has(name) || drop.has(name));
}

/** The headers of an upstream's response that go back to the client. */
export function responseHeaders(headers: IncomingHttpHeaders): HeaderBag {
  return endToEnd(headers, () => false);
}

/** Headers by which the gateway tells services who calls. Nobody else may set them. */
export const IDENTITY_HEADERS: ReadonlySet<string> = new Set(["x-user-id", "x-user-name"]);
