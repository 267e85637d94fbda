import type { IncomingMessage } from "node:http";
import type { RequestView } from "../edge/conditions.ts";

/** A request as rules see it, and the path to ask the target for. */
export interface Arrived extends RequestView {
  /** Path with query, without scheme and host even when the client sent them. */
  target: string;
}

/** Undefined for a request target that no load balancer takes. */
export function viewOf(request: IncomingMessage): Arrived | undefined {
  const target = originForm(request.url ?? "");
  if (target === undefined) return undefined;
  const mark = target.indexOf("?");
  const host = request.headers.host ?? "";
  return {
    method: request.method ?? "GET",
    target,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? "" : target.slice(mark + 1),
    host: host.replace(/:\d*$/, ""),
    header: (name) => request.headersDistinct[name] ?? [],
    sourceIp: addressOf(request),
  };
}

/** The client's address; IPv4 clients of an IPv6 socket keep their own form. */
export function addressOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, "");
}

function originForm(url: string): string | undefined {
  if (url.startsWith("/") || url === "*") return url;
  const absolute = /^https?:\/\/[^/?#]+([^#]*)/i.exec(url)?.[1];
  if (absolute === undefined) return undefined;
  return absolute.startsWith("/") ? absolute : `/${absolute}`;
}
