import { type IncomingMessage, request as plainRequest, STATUS_CODES } from "node:http";
import { request as secureRequest } from "node:https";
import type { Duplex } from "node:stream";
import { IDENTITY_HEADERS } from "../http/headers.ts";
import type { Pod } from "../pod.ts";

const CONNECT_TIMEOUT_MS = 3000;

export interface TunnelArgs {
  /** Request headers, in lower case, that are not passed on besides the identity headers. */
  drop?: ReadonlySet<string>;
  /** Request headers to add, after those of the client were filtered. */
  add?: Record<string, string>;
  /** Certificate of the authority to trust, PEM. @default those that Node trusts */
  ca?: string | undefined;
}

/** Passes an upgrade request (a WebSocket's) on to `base` and joins the two connections. */
export function tunnel(
  pod: Pod,
  base: string,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { drop, add, ca }: TunnelArgs = {},
): void {
  const { host: _host, ...given } = incoming.headers;
  const kept = Object.entries(given).filter(([name]) => !IDENTITY_HEADERS.has(name) && !drop?.has(name));
  const headers = { ...Object.fromEntries(kept), ...add };
  const url = new URL(incoming.url ?? "/", base);
  const options = { method: "GET", headers, timeout: CONNECT_TIMEOUT_MS, agent: false } as const;
  const outgoing =
    url.protocol === "https:"
      ? secureRequest(url, ca ? { ...options, ca } : options)
      : plainRequest(url, options);
  const refuse = (status: number) => refuseUpgrade(pod, socket, status);
  const fail = (error: Error) => {
    pod.log.debug({ err: error }, "upgrade failed");
    outgoing.destroy();
    socket.destroy();
  };

  socket.on("error", fail);
  socket.once("close", () => outgoing.destroy());
  outgoing.once("timeout", () =>
    outgoing.destroy(new Error("the upstream did not answer the upgrade in time")),
  );
  outgoing.on("error", (error) => {
    pod.log.warn({ err: error }, "upgrade failed");
    refuse(502);
  });
  outgoing.once("response", (response) => {
    response.resume();
    refuse(response.statusCode ?? 502);
  });
  outgoing.once("upgrade", (response, upstream, upstreamHead) => {
    upstream.setTimeout(0);
    upstream.on("error", fail);
    upstream.once("close", () => socket.destroy());
    socket.once("close", () => upstream.destroy());
    respond(socket, 101, response.rawHeaders, pod.environment.ZONE);
    if (upstreamHead.length > 0) socket.write(upstreamHead);
    if (head.length > 0) upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  });
  outgoing.end();
}

/** Answers an upgrade request that leads nowhere. */
export function refuseUpgrade(pod: Pod, socket: Duplex, status: number): void {
  respond(socket, status, [], pod.environment.ZONE);
}

function respond(socket: Duplex, status: number, rawHeaders: string[], zone: string): void {
  if (!socket.writable) return;
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  const named = rawHeaders.some((text, i) => i % 2 === 0 && text.toLowerCase() === "x-zone");
  if (!named) lines.push(`x-zone: ${zone}`);
  if (status === 101) socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  else socket.end(`${lines.join("\r\n")}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
