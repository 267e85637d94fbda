import type { ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context } from "hono";
import type { KitEnv } from "./app.ts";
import type { UpstreamResponse } from "./attempt.ts";
import { bodyOf } from "./body-limit.ts";
import { ClientGone } from "./cancel.ts";
import { type HeaderBag, requestHeaders, responseHeaders } from "./headers.ts";
import type { Upstream } from "./upstream.ts";

/** Bytes of a body that are worth a copy to save a buffer of their own on the way to the socket. */
const ONE_WRITE = 8 * 1024;

export interface ProxyArgs {
  upstream: Upstream;
  zone: string;
  /** Request headers, in lower case, that are not passed on besides the identity headers. */
  drop?: ReadonlySet<string>;
  /** Request headers to add, after those of the client were filtered. */
  add?: HeaderBag;
}

/**
 * Answers a request with an upstream's response. The request's body, which `bodyLimit` has read, is held so that it
 * can be sent again; a response that is not small is streamed. What comes from Node's connection goes to Node's
 * connection: the objects of the Fetch standard between them would cost as much as the rest.
 */
export async function proxy(c: Context<KitEnv>, args: ProxyArgs): Promise<Response> {
  const { incoming, outgoing } = c.env;
  const headers = requestHeaders(incoming.headers, args.drop);
  if (args.add) Object.assign(headers, args.add);
  headers["x-request-id"] = c.get("requestId");
  const body = bodyOf(incoming);
  const request = { method: c.req.method, path: pathOf(c.req.url), headers, ...(body && { body }) };
  const response = await args.upstream.request(request, new ClientGone(outgoing));
  answer(outgoing, response, args.zone);
  return RESPONSE_ALREADY_SENT;
}

/** Path and query of a URL that has been checked and normalized. */
function pathOf(url: string): string {
  const path = url.slice(url.indexOf("/", url.indexOf("//") + 2));
  const fragment = path.indexOf("#");
  return fragment < 0 ? path : path.slice(0, fragment);
}

/** The zone that answered stays in `x-zone`; `x-zone-path` shows the way there, this zone first. */
function answer(outgoing: ServerResponse, { status, headers, body }: UpstreamResponse, zone: string): void {
  outgoing.statusCode = status;
  responseHeaders(headers, outgoing);
  const beyond = headers["x-zone-path"] ?? headers["x-zone"];
  if (beyond) outgoing.setHeader("x-zone-path", `${zone}>${beyond}`);
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

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
