import type { Failure } from "./exchange.ts";

/** Codes of Node, undici and OpenSSL, and the class that each belongs to. */
const CODES: Record<string, Failure> = {
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EADDRNOTAVAIL: "local",
  EMFILE: "local",
  ECONNRESET: "reset",
  EPIPE: "reset",
  UND_ERR_SOCKET: "reset",
  ETIMEDOUT: "timeout",
  UND_ERR_CONNECT_TIMEOUT: "timeout",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
  TimeoutError: "timeout",
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  EAI_FAIL: "dns",
  EPROTO: "tls",
  SELF_SIGNED_CERT_IN_CHAIN: "tls",
  DEPTH_ZERO_SELF_SIGNED_CERT: "tls",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "tls",
  UNABLE_TO_GET_ISSUER_CERT: "tls",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "tls",
  CERT_HAS_EXPIRED: "tls",
  CERT_NOT_YET_VALID: "tls",
};

/** Prefixes of codes that are too many to list. */
const PREFIXES: [string, Failure][] = [
  ["ERR_TLS_", "tls"],
  ["ERR_SSL_", "tls"],
  ["CERT_", "tls"],
  ["HPE_", "protocol"],
];

/**
 * The class of an error that ended a request.
 * @param hasBegun whether an answer's status had come: an end of the connection is then a truncated answer
 */
export function failureOf(error: unknown, hasBegun: boolean): Failure {
  const found = classOf(error);
  if (hasBegun && (found === "reset" || found === "other" || found === "protocol")) return "truncated";
  return found;
}

function classOf(error: unknown, depth = 0): Failure {
  if (!(error instanceof Error) || depth > 4) return "other";
  // Of the addresses of a name that all failed, the first one's error says why.
  if (error instanceof AggregateError && error.errors.length > 0) return classOf(error.errors[0], depth + 1);
  // A DOMException, such as a signal's TimeoutError, has a number there.
  const { code: given } = error as { code?: unknown };
  const code = typeof given === "string" ? given : error.name;
  const prefix = PREFIXES.find(([start]) => code.startsWith(start));
  const found = CODES[code] ?? prefix?.[1];
  return found ?? classOf(error.cause, depth + 1);
}

/** The class of a status that isn't a success; undefined for 100 to 399. */
export function failureOfStatus(status: number): Failure | undefined {
  if (status < 400) return undefined;
  if (status === 429 || status === 503) return `${status}`;
  return status < 500 ? "4xx" : "5xx";
}
