import type { IncomingMessage, ServerResponse } from "node:http";
import { beginCall, type Call, endCall } from "./call.ts";
import { ClientGone } from "./cancel.ts";
import { asProblem } from "./failure.ts";
import type { Pod } from "./pod.ts";
import { type ProblemError, problemOf } from "./problem.ts";

/** A path, with all below it, whose requests are answered on Node's own objects: what a proxy does needs no more. */
export interface DirectRoute {
  /** E.g. `/api/orders`. */
  path: string;
  /** Only requests of this method, and of this very path: all others are Hono's. @default all, with all below */
  only?: "GET" | "POST";
  /** Answers by writing `call.outgoing`; what it throws before that becomes problem details. */
  handle(call: Call): Promise<void>;
}

/** Paths in the form that all understand alike; others are for Hono to normalize or refuse. */
const PLAIN_PATH = /^\/[!$&-;=@-Z_a-z~]*$/;
const PLAIN_TARGET = /^\/[!$&-;=?-Z_a-z~%]*$/;
const DOTS = /\/\.|\/\//;
const PLAIN_HOST = /^[\w.-]+(?::\d{1,5})?$|^\[[\da-f:.]+\](?::\d{1,5})?$/i;

/** Answers requests of a pod's direct routes. */
export class Direct {
  readonly #pod: Pod;
  readonly #routes: readonly DirectRoute[];

  constructor(pod: Pod, routes: readonly DirectRoute[]) {
    this.#pod = pod;
    this.#routes = routes;
  }

  /** Takes the request, or leaves it to others: then false. */
  take(incoming: IncomingMessage, outgoing: ServerResponse, now: number): boolean {
    const { url = "", headers } = incoming;
    if (!PLAIN_TARGET.test(url) || !PLAIN_HOST.test(headers.host ?? "")) return false;
    const query = url.indexOf("?");
    const path = query < 0 ? url : url.slice(0, query);
    if (!PLAIN_PATH.test(path) || DOTS.test(path)) return false;
    const { method } = incoming;
    const route = this.#routes.find((one) =>
      one.only ? one.only === method && one.path === path : isBelow(path, one.path),
    );
    if (!route) return false;
    void this.answer(route, beginCall(incoming, outgoing, path, now));
    return true;
  }

  /** Never rejects. */
  async answer(route: DirectRoute, call: Call): Promise<void> {
    const { outgoing, path } = call;
    try {
      if (this.#pod.chaos.active) await this.#pod.chaos.apply(path, new ClientGone(outgoing));
      await route.handle(call);
    } catch (error) {
      const problem = asProblem(error, outgoing.closed);
      if (problem.status >= 500) {
        const { requestId, trace } = call;
        this.#pod.log.warn({ requestId, traceId: trace.traceId, path, err: error }, "request failed");
      }
      refuse(call, problem, this.#pod.environment.ZONE);
    }
    endCall(this.#pod, call, path === route.path ? path : `${route.path}/*`, outgoing.statusCode);
  }
}

/** Whether a path is another one or below it. */
export function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path.charCodeAt(prefix.length) === 47);
}

/** Answers a call with problem details, unless its answer has begun: then the client is told by its end. */
function refuse({ outgoing, path, requestId, trace }: Call, problem: ProblemError, zone: string): void {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  const body = JSON.stringify(problemOf(problem, path, trace.traceId));
  outgoing.writeHead(problem.status, {
    "x-zone": zone,
    "x-request-id": requestId,
    ...problem.headers,
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "content-length": Buffer.byteLength(body),
  });
  outgoing.end(body);
}
