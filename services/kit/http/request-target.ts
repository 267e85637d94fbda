import type { IncomingMessage } from "node:http";
import { ProblemError } from "./problem.ts";

/** Where services answer what only other services ask for. */
export const INTERNAL_PATH = "/internal";

/** Whether a path is another one or below it. */
export function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === "/");
}

/** The path of a target or a whole URL that was normalized: escaped as it came, without query. */
export function pathOf(url: string): string {
  const target = url.startsWith("/") ? url : url.slice(url.indexOf("/", url.indexOf("//") + 2));
  const end = target.search(/[?#]/);
  return end < 0 ? target : target.slice(0, end);
}

/** Headers that a request has once at most: of two lines each hop could follow another one. */
const ONCE = new Set([
  "host",
  "authorization",
  "content-type",
  "idempotency-key",
  "x-user-id",
  "x-user-name",
  "x-request-id",
  "traceparent",
]);

/** What can't have the same meaning to everyone who reads it: dot segments, and what URLs hold in an escaped form only. */
const NOT_NORMAL = /[^\x21-\x7e]|["#<>\\^`{|}]|\/\.|\/%2e/i;
const ABSOLUTE = /^https?:\/\/[^/]/i;
const HOST = /^(?:[\w.~!$&'()*+,;=%-]+|\[[\d.:a-f]+\])(?::\d{0,5})?$/i;

/**
 * Judges a request's target and the headers that say where it leads, once for all who read them: from here on its URL is
 * a normalized path with its query, and so is the same for routes, admission control, upstreams and upgrades.
 * @throws ProblemError 400
 */
export function normalizeRequest(request: IncomingMessage): void {
  const { headers, rawHeaders, url = "" } = request;
  for (let i = 0, seen = 0; i < rawHeaders.length; i += 2) {
    const bit = bitOf(rawHeaders[i] as string);
    if ((seen & bit) !== 0) throw malformed(`has more than one ${rawHeaders[i]} header`);
    seen |= bit;
  }
  if (ABSOLUTE.test(url)) {
    const { host, pathname, search } = parsed(url);
    // A proxy's form of a request: its host counts, whatever the header says (RFC 9112, 3.2.2).
    headers.host = host;
    request.url = pathname + search;
  } else if (!url.startsWith("/")) {
    throw malformed("asks for what is neither a path nor a URL");
  } else if (NOT_NORMAL.test(url)) {
    const { pathname, search } = parsed(`http://host${url}`);
    request.url = pathname + search;
  }
  if (!headers.host || !HOST.test(headers.host)) throw malformed("has no valid Host header");
}

const BITS = new Map([...ONCE].map((name, i) => [name, 1 << i]));
const LENGTHS = new Set([...ONCE].map((name) => name.length));

/** A bit for each header that is to come once; 0 for all others. */
function bitOf(name: string): number {
  return LENGTHS.has(name.length) ? (BITS.get(name.toLowerCase()) ?? 0) : 0;
}

function parsed(url: string): URL {
  const path = url.slice(0, url.search(/\?|$/));
  // A URL's parser would read backslashes as slashes, and drop a fragment.
  if (path.includes("\\") || url.includes("#")) throw malformed("asks for a path that isn't valid");
  try {
    return new URL(url);
  } catch {
    throw malformed("asks for a path that isn't valid");
  }
}

function malformed(what: string): ProblemError {
  return new ProblemError(400, `The request ${what}.`);
}
