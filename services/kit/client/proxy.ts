import type { Context } from "hono";
import type { KitEnv } from "../http/app.ts";
import { type HeaderBag, requestHeaders, responseHeaders } from "../http/headers.ts";
import { isBelow } from "../http/request-target.ts";
import { traceHeaders } from "../telemetry/trace.ts";
import type { UpstreamResponse } from "./attempt.ts";
import type { Upstream } from "./upstream.ts";

export interface ProxyArgs {
  upstream: Upstream;
  /** This pod's. */
  zone: string;
  /** Request headers, in lower case, that are not passed on besides the identity headers. */
  drop?: ReadonlySet<string>;
  /** Request headers to add, after those of the client were filtered. */
  add?: HeaderBag;
  /** The request's body where it was read already. */
  body?: string | undefined;
}

/**
 * Answers a request with an upstream's response, which is streamed when it is not small. The request's body, which
 * `bodyLimit` is to bound, is held so that it can be sent again.
 * @param under what the path must be, or be below, as it is written: Hono's routes also match escaped letters
 */
export async function proxy(
  c: Pick<Context<KitEnv>, "env" | "get" | "notFound" | "req">,
  under: string,
  args: ProxyArgs,
): Promise<Response> {
  const call = c.get("call");
  if (!isBelow(call.path, under)) return c.notFound();
  const headers = requestHeaders(c.env?.incoming.headers ?? c.req.header(), args.drop);
  headers["x-request-id"] = call.requestId;
  Object.assign(headers, args.add, traceHeaders(call.trace));
  const { method } = c.req;
  const path = c.req.url.slice(c.req.url.indexOf("/", c.req.url.indexOf("//") + 2));
  const bodiless = method === "GET" || method === "HEAD";
  const request = { method, path, headers };
  const response = await args.upstream.request(
    bodiless ? request : { ...request, body: args.body ?? new Uint8Array(await c.req.arrayBuffer()) },
    c.env?.outgoing,
    call.startedAt,
  );
  return answer(response, method, args.zone);
}

/** The zone that answered stays in `x-zone`; `x-zone-path` shows the way there, this zone first. */
function answer({ status, headers, body }: UpstreamResponse, method: string, zone: string): Response {
  const sent = responseHeaders(headers);
  const beyond = headers["x-zone-path"] ?? headers["x-zone"];
  if (beyond) sent["x-zone-path"] = `${zone}>${beyond}`;
  const empty = method === "HEAD" || status === 204 || status === 304;
  const response = new Response(
    empty ? null : (body as Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>),
    { status, headers: sent },
  );
  for (const cookie of headers["set-cookie"] ?? []) response.headers.append("set-cookie", cookie);
  return response;
}
