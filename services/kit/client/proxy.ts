import type { ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";
import { type HeaderBag, requestHeaders, responseHeaders } from "../http/headers.ts";
import { traceHeaders } from "../telemetry/trace.ts";
import type { UpstreamResponse } from "./attempt.ts";
import type { Call } from "./call.ts";
import { ClientGone } from "./cancel.ts";
import type { Upstream } from "./upstream.ts";

/** Bytes of a body that are worth a copy to save a buffer of their own on the way to the socket. */
const ONE_WRITE = 8 * 1024;

export interface ProxyArgs {
  upstream: Upstream;
  zone: string;
  /** The request's body, bounded: it is held so that it can be sent again. */
  body: Buffer | undefined;
  /** Request headers, in lower case, that are not passed on besides the identity headers. */
  drop?: ReadonlySet<string>;
  /** Request headers to add, after those of the client were filtered. */
  add?: HeaderBag;
  /** Response headers to add. */
  respond?: Record<string, string>;
}

/**
 * Answers a request with an upstream's response, which is streamed when it is not small. What comes from Node's
 * connection goes to Node's connection: the objects of the Fetch standard between them would cost as much as the rest.
 */
export async function proxy(call: Call, args: ProxyArgs): Promise<void> {
  const { incoming, outgoing, method, trace } = call;
  const headers = requestHeaders(incoming.headers, args.drop);
  if (args.add) Object.assign(headers, args.add);
  headers["x-request-id"] = call.requestId;
  delete headers.tracestate;
  Object.assign(headers, traceHeaders(trace));
  const path = targetOf(call);
  const request = args.body ? { method, path, headers, body: args.body } : { method, path, headers };
  const response = await args.upstream.request(request, new ClientGone(outgoing), call.startedAt);
  answer(call, response, args);
}

/** Path and query; the path as it was understood here. */
function targetOf({ incoming: { url = "" }, path }: Call): string {
  if (url.startsWith(path)) return url;
  const query = url.indexOf("?");
  return query < 0 ? path : path + url.slice(query);
}

/** The zone that answered stays in `x-zone`; `x-zone-path` shows the way there, this zone first. */
function answer(call: Call, { status, headers, body }: UpstreamResponse, { zone, respond }: ProxyArgs): void {
  const { outgoing } = call;
  // As a list, which Node sends as it is, unless headers were set before.
  const list = responseHeaders(headers);
  const beyond = headers["x-zone-path"] ?? headers["x-zone"];
  if (headers["x-zone"] === undefined) list.push("x-zone", zone);
  if (beyond) list.push("x-zone-path", `${zone}>${beyond}`);
  list.push("x-request-id", call.requestId);
  for (const name in respond) list.push(name, respond[name] ?? "");
  writeHead(outgoing, status, list);
  if (!(body instanceof Readable)) {
    // As text of one byte a character it goes out in one write with the headers.
    if (body.length <= ONE_WRITE) outgoing.end(latin1(body), "latin1");
    else outgoing.end(body);
    return;
  }
  outgoing.flushHeaders();
  // A response that breaks off ends the client's connection, which is all that can still be said.
  pipeline(body, outgoing, () => undefined);
}

function writeHead(outgoing: ServerResponse, status: number, list: string[]): void {
  if (outgoing.getHeaderNames().length > 0) {
    // It came by way of Hono, which sets some itself.
    for (const name of outgoing.getHeaderNames()) {
      if (list.some((text, i) => i % 2 === 0 && text === name)) outgoing.removeHeader(name);
    }
    for (let i = 0; i < list.length; i += 2) outgoing.appendHeader(list[i] ?? "", list[i + 1] ?? "");
    outgoing.writeHead(status);
    return;
  }
  outgoing.writeHead(status, list);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
