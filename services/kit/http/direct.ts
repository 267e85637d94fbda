import type { IncomingMessage, ServerResponse } from "node:http";
import { beginCall, type Call, endCall } from "../client/call.ts";
import { ClientGone } from "../client/cancel.ts";
import { failureOf } from "../client/failure.ts";
import type { Pod } from "../pod.ts";
import { ProblemError } from "./problem.ts";
import { problemReply, sendReply } from "./reply.ts";

/** A path, with all below it, whose requests are answered on Node's own objects: what a proxy does needs no more. */
export interface DirectRoute {
  /** E.g. `/api/orders`. */
  path: string;
  /** Only requests of this method, and of this very path: all others are Hono's. @default all, with all below */
  only?: "GET" | "POST" | "PUT";
  /** Many clients' requests in one: not there while faults are injected, which are for each of them by itself. */
  group?: true;
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
      if (this.#pod.chaos.active) await this.#disturb(route, call);
      await route.handle(call);
    } catch (error) {
      const problem = failureOf(this.#pod, call, error, outgoing.closed);
      // An answer that has begun can only be broken off.
      if (outgoing.headersSent) outgoing.destroy();
      else this.#refuse(call, problem);
    }
    endCall(this.#pod, call, path === route.path ? path : `${route.path}/*`, outgoing.statusCode);
  }

  async #disturb(route: DirectRoute, { path, outgoing }: Call): Promise<void> {
    if (route.group) throw new ProblemError(404, "While faults are injected requests are taken one by one.");
    await this.#pod.chaos.apply(path, new ClientGone(outgoing));
  }

  #refuse({ outgoing, path, requestId, trace }: Call, problem: ProblemError): void {
    const reply = problemReply(problem, path, trace.traceId);
    sendReply(outgoing, reply, this.#pod.environment.ZONE, requestId);
  }
}

/** Whether a path is another one or below it. */
export function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path.charCodeAt(prefix.length) === 47);
}
