import { randomBytes } from "node:crypto";

/** Headers of one connection only (RFC 9110, 7.6.1); Node writes its own. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
]);
const FORWARDED = new Set(["x-forwarded-for", "x-forwarded-proto", "x-forwarded-port", "x-amzn-trace-id"]);

/** What the node knows of the connection that a request came by. */
export interface Arrival {
  clientAddress: string;
  protocol: "http" | "https";
  port: number;
  /** The balancer's own name, for a client of HTTP/1.0 that names none. */
  host: string;
}

/** Headers for the target out of a request's raw ones, both flat lists of names and values. */
export function requestHeaders(raw: string[], arrival: Arrival): string[] {
  const listed = connectionTokens(raw);
  const headers: string[] = [];
  let forwardedFor = "";
  let trace = "";
  let hasHost = false;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    const value = raw[i + 1] as string;
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || listed?.has(lower)) continue;
    if (lower === "host") hasHost = true;
    if (lower === "x-forwarded-for") forwardedFor = forwardedFor ? `${forwardedFor}, ${value}` : value;
    else if (lower === "x-amzn-trace-id") trace = value;
    else if (!FORWARDED.has(lower)) headers.push(name, value);
  }
  if (!hasHost) headers.push("Host", arrival.host);
  const { clientAddress } = arrival;
  headers.push("X-Forwarded-For", forwardedFor ? `${forwardedFor}, ${clientAddress}` : clientAddress);
  headers.push("X-Forwarded-Proto", arrival.protocol, "X-Forwarded-Port", String(arrival.port));
  headers.push("X-Amzn-Trace-Id", traceId(trace));
  return headers;
}

/** Trace ids only have to differ: a random part for the process and a count are cheaper than randomness for each. */
const TRACES = randomBytes(8).toString("hex");
let traces = 0;

/** A load balancer starts a trace, or adds itself to one that came with the request. */
function traceId(given: string): string {
  traces = (traces + 1) % 2 ** 32;
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const own = `1-${seconds}-${TRACES}${traces.toString(16).padStart(8, "0")}`;
  if (!given) return `Root=${own}`;
  return given.includes("Root=") ? `Self=${own};${given}` : `Root=${own};${given}`;
}

/** Headers for the client out of a target's raw ones. */
export function responseHeaders(raw: string[], close: boolean): string[] {
  const listed = connectionTokens(raw);
  const headers: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    const lower = name.toLowerCase();
    if (!HOP_BY_HOP.has(lower) && !listed?.has(lower)) headers.push(name, raw[i + 1] as string);
  }
  if (close) headers.push("Connection", "close");
  return headers;
}

/** Further headers that a Connection header declares to be hop-by-hop; usually there are none. */
function connectionTokens(raw: string[]): Set<string> | undefined {
  let tokens: Set<string> | undefined;
  for (let i = 0; i < raw.length; i += 2) {
    if ((raw[i] as string).length !== 10 || (raw[i] as string).toLowerCase() !== "connection") continue;
    const listed = (raw[i + 1] as string).toLowerCase();
    if (listed === "keep-alive" || listed === "close") continue;
    tokens ??= new Set();
    for (const token of listed.split(",")) tokens.add(token.trim());
    // Host and framing are never a connection's own, whatever it claims.
    for (const kept of ["host", "content-length", "cookie", "authorization"]) tokens.delete(kept);
  }
  return tokens;
}
