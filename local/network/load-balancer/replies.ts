import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Redirect } from "../state.ts";
import type { Arrival } from "./headers.ts";
import type { RequestView } from "./request-view.ts";

/** The load balancer's own answers look like no application's: a bare page that names the status. */
export function replyWithStatus(response: ServerResponse, status: number, close = false): void {
  const page = statusPage(status);
  response.writeHead(status, {
    "content-type": "text/html",
    "content-length": Buffer.byteLength(page),
    ...(close && { connection: "close" }),
  });
  response.end(page);
}

/** The same for a connection whose request could not be read. */
export function rawStatus(status: number): string {
  const page = statusPage(status);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Content-Type: text/html",
    `Content-Length: ${Buffer.byteLength(page)}`,
    "Connection: close",
    "",
    page,
  ].join("\r\n");
}

function statusPage(status: number): string {
  const title = `${status} ${STATUS_CODES[status] ?? "Error"}`;
  return `<!doctype html><title>${title}</title><h1>${title}</h1>\n`;
}

/** The Location of a redirect action: the request's own parts in place of the action's keywords. */
export function redirectLocation(action: Redirect, request: RequestView, arrival: Arrival): string {
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
