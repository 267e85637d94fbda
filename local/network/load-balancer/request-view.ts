import type { IncomingMessage } from "node:http";

/** A request as listener rules and redirects see it. */
export interface RequestView {
  /** Path with query, without scheme and host even when the client sent them. */
  target: string;
  /** Without the query string. */
  path: string;
  /** Raw query string without `?`. */
  query: string;
  /** The Host header without its port. */
  host: string;
}

/** Undefined for a request target that no load balancer takes. */
export function viewOf(request: IncomingMessage): RequestView | undefined {
  const target = originForm(request.url ?? "");
  if (target === undefined) return undefined;
  const mark = target.indexOf("?");
  return {
    target,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? "" : target.slice(mark + 1),
    host: (request.headers.host ?? "").replace(/:\d*$/, ""),
  };
}

/** The client's address; IPv4 clients of an IPv6 socket keep their own form. */
export function clientAddress(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, "");
}

function originForm(url: string): string | undefined {
  if (url.startsWith("/") || url === "*") return url;
  const absolute = /^https?:\/\/[^/?#]+([^#]*)/i.exec(url)?.[1];
  if (absolute === undefined) return undefined;
  return absolute.startsWith("/") ? absolute : `/${absolute}`;
}
