import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Relay } from "../relay.ts";

/** Whether a request wants to become a WebSocket; other upgrades (h2c) are answered as ordinary requests. */
export function isWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === "websocket";
}

/**
 * A response for a request that Node handed over as an upgrade: the connection ends with it. Undefined when the client
 * did not wait for the answer to the request before it; the connection is then broken off.
 */
export function responseOn(request: IncomingMessage, socket: Socket): ServerResponse | undefined {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  // Node has taken its own listeners off the socket; the response learns of the error by its close.
  socket.on("error", () => socket.destroy());
  try {
    response.assignSocket(socket);
  } catch {
    socket.destroy();
    return undefined;
  }
  response.once("finish", () => {
    response.detachSocket(socket);
    socket.destroySoon();
  });
  return response;
}

/** Passes a target's 101 on to the client and joins the two connections until one ends or both are silent too long. */
export function joinWebSocket(
  client: { socket: Socket; head: Buffer },
  target: { answer: IncomingMessage; socket: Duplex; head: Buffer },
  idleTimeoutMs: number,
): Relay {
  const upstream = target.socket as Socket;
  upstream.allowHalfOpen = true;
  client.socket.write(headOf(target.answer));
  if (target.head.length > 0) client.socket.write(target.head);
  if (client.head.length > 0) upstream.write(client.head);
  const relay = new Relay(client.socket, upstream);
  upstream.setTimeout(idleTimeoutMs, () => relay.reset());
  client.socket.setTimeout(0);
  return relay;
}

function headOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`];
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}
