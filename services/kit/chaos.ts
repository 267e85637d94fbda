import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Cancel } from "./cancel.ts";
import { ProblemError } from "./problem.ts";

const MAX_LATENCY_MS = 60_000;

/** A fault to put on a pod's business requests. */
export const Fault = z.strictObject({
  /** Added before each request is handled. @default 0 */
  latencyMs: z.number().min(0).max(MAX_LATENCY_MS).default(0),
  /** Up to this much more, drawn evenly per request. @default 0 */
  jitterMs: z.number().min(0).max(MAX_LATENCY_MS).default(0),
  /** Share of requests answered 500 without being handled. @default 0 */
  errorShare: z.number().min(0).max(1).default(0),
  /** Only paths that start so, e.g. `/api/orders`; all when absent. */
  route: z.string().startsWith("/").optional(),
  /** The fault ends by itself after this long; otherwise it stays until deleted. */
  durationMs: z.number().int().positive().max(86_400_000).optional(),
});

export type Fault = z.infer<typeof Fault>;

/** Holds the pod's fault and applies it to requests. */
export class Chaos {
  #fault: Fault | undefined;
  #endsAt = Number.POSITIVE_INFINITY;

  set(fault: Fault | undefined): void {
    this.#fault = fault;
    this.#endsAt = fault?.durationMs ? performance.now() + fault.durationMs : Number.POSITIVE_INFINITY;
  }

  /** The fault in force, if any. */
  current(): Fault | undefined {
    if (this.#fault && performance.now() >= this.#endsAt) this.set(undefined);
    return this.#fault;
  }

  /**
   * Delays the request as the fault says, or fails it.
   * @throws ProblemError 500: not one of the statuses that proxies retry, so that the fault stays visible.
   */
  async apply(path: string, client: Cancel): Promise<void> {
    const fault = this.current();
    if (!fault || (fault.route && !path.startsWith(fault.route))) return;
    const delay = fault.latencyMs + Math.random() * fault.jitterMs;
    if (delay > 0) await sleep(delay);
    if (client.aborted) throw client.reason;
    if (Math.random() < fault.errorShare) {
      throw new ProblemError(500, "A fault that was injected on purpose failed this request.");
    }
  }
}
