import { Readable } from "node:stream";
import type { Context } from "hono";
import type { KitEnv } from "./app.ts";
import type { UpstreamRequest, UpstreamResponse } from "./attempt.ts";
import { type HeaderBag, IDENTITY_HEADERS, requestHeaders, responseHeaders } from "./headers.ts";
import type { Upstream } from "./upstream.ts";

const BODILESS = new Set([204, 205, 304]);

export interface ProxyArgs {
  upstream: Upstream;
  zone: string;
  /** Request headers, in lower case, that are not passed on besides the identity headers. */
  drop?: ReadonlySet<string>;
  /** Request headers to add, after those of the client were filtered. */
  add?: HeaderBag;
}

/**
 * Answers a request with an upstream's response. The request's body, which the caller has bounded, is held so that it
 * can be sent again; a response that is not small is streamed.
 */
export async function proxy(c: Context<KitEnv>, args: ProxyArgs): Promise<Response> {
  const request = await outgoingRequest(c, args);
  const response = await args.upstream.request(request, c.req.raw.signal);
  return new Response(responseBody(response), {
    status: response.status,
    headers: clientHeaders(response, args.zone),
  });
}

async function outgoingRequest(c: Context<KitEnv>, args: ProxyArgs): Promise<UpstreamRequest> {
  const { incoming } = c.env;
  const drop = new Set([...IDENTITY_HEADERS, ...(args.drop ?? [])]);
  const body = new Uint8Array(await c.req.arrayBuffer());
  const { pathname, search } = new URL(c.req.url);
  return {
    method: c.req.method,
    path: pathname + search,
    headers: {
      ...requestHeaders(incoming.headers, drop),
      ...args.add,
      "x-request-id": c.get("requestId"),
    },
    ...(body.length > 0 && { body }),
  };
}

function responseBody({ status, body }: UpstreamResponse): ConstructorParameters<typeof Response>[0] {
  if (BODILESS.has(status)) return null;
  if (body instanceof Readable) return Readable.toWeb(body) as ReadableStream;
  return body.length > 0 ? (body as Uint8Array<ArrayBuffer>) : null;
}

/** The zone that answered stays in `x-zone`; `x-zone-path` shows the way there, this zone first. */
function clientHeaders(response: UpstreamResponse, zone: string): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(responseHeaders(response.headers))) {
    for (const one of [value].flat()) headers.append(name, one);
  }
  const beyond = headers.get("x-zone-path") ?? headers.get("x-zone");
  if (beyond) headers.set("x-zone-path", `${zone}>${beyond}`);
  return headers;
}
