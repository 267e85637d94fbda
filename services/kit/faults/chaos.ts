import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { ProblemError } from "../http/problem.ts";

const MAX_LATENCY_MS = 60_000;
/** A request that hangs ends after this long: no client waits longer. */
const HANG_MS = 600_000;

/** A fault to put on a pod: on its business requests, or on the process. */
export const Fault = z.strictObject({
  /** Added before each request is handled. @default 0 */
  latencyMs: z.number().min(0).max(MAX_LATENCY_MS).default(0),
  /** Up to this much more, drawn evenly per request. @default 0 */
  jitterMs: z.number().min(0).max(MAX_LATENCY_MS).default(0),
  /** Share of requests answered 500 without being handled. @default 0 */
  errorShare: z.number().min(0).max(1).default(0),
  /** Share of requests that are never answered. */
  hangShare: z.number().min(0).max(1).optional(),
  /** Memory that the process holds, in MB. */
  memoryMb: z.number().int().min(1).max(4096).optional(),
  /** Share of a core that the process burns, on the event loop. */
  cpuShare: z.number().min(0).max(0.95).optional(),
  /** Only paths that start so, e.g. `/api/orders`; all when absent. Memory and CPU know no paths. */
  route: z.string().startsWith("/").optional(),
  /** The fault ends by itself after this long; otherwise it stays until deleted. */
  durationMs: z.number().int().positive().max(86_400_000).optional(),
});

export type Fault = z.infer<typeof Fault>;

/** A fault in force. */
export interface ActiveFault extends Fault {
  id: number;
}

interface Held {
  fault: ActiveFault;
  end(): void;
}

const MAX_FAULTS = 16;

/** Holds the pod's faults and applies them to requests. */
export class Chaos {
  readonly #held = new Map<number, Held>();
  #lastId = 0;

  /** Whether there is any fault. */
  get active(): boolean {
    return this.#held.size > 0;
  }

  list(): ActiveFault[] {
    return [...this.#held.values()].map(({ fault }) => fault);
  }

  /** @throws ProblemError 409 when there are too many already */
  add(given: Fault): ActiveFault {
    if (this.#held.size >= MAX_FAULTS) {
      throw new ProblemError(409, `There are ${MAX_FAULTS} faults already; delete some first.`);
    }
    this.#lastId += 1;
    const fault = { id: this.#lastId, ...given };
    const relieve = press(given);
    const timer = given.durationMs
      ? setTimeout(() => this.remove(fault.id), given.durationMs).unref()
      : undefined;
    const end = () => {
      clearTimeout(timer);
      relieve();
    };
    this.#held.set(fault.id, { fault, end });
    return fault;
  }

  /** False when there is none of that id. */
  remove(id: number): boolean {
    this.#held.get(id)?.end();
    return this.#held.delete(id);
  }

  clear(): void {
    for (const id of [...this.#held.keys()]) this.remove(id);
  }

  /**
   * Delays the request as the faults say, holds it, or fails it.
   * @param client aborted when the client goes away
   * @throws ProblemError 500: not one of the statuses that proxies retry, so that the fault stays visible; AbortError.
   */
  async apply(path: string, client: AbortSignal): Promise<void> {
    const faults = this.list().filter(({ route }) => !route || path.startsWith(route));
    const delay = faults.reduce(
      (sum, { latencyMs, jitterMs }) => sum + latencyMs + Math.random() * jitterMs,
      0,
    );
    if (faults.some(({ hangShare = 0 }) => Math.random() < hangShare))
      await sleep(HANG_MS, undefined, { signal: client, ref: false });
    if (delay > 0) await sleep(delay, undefined, { signal: client, ref: false });
    if (faults.some(({ errorShare }) => Math.random() < errorShare)) {
      throw new ProblemError(500, "A fault that was injected on purpose failed this request.");
    }
  }
}

const MB = 1024 * 1024;
/** CPU time is burnt at the start of each period of this length. */
const PERIOD_MS = 20;

/** Holds memory and burns CPU time until the function that it returns is called. */
function press({ memoryMb = 0, cpuShare = 0 }: Fault): () => void {
  // Filled with ones, as pages that were never written take no memory.
  const memory = Array.from({ length: memoryMb }, () => Buffer.alloc(MB, 1));
  const burning = cpuShare > 0 ? setInterval(() => burn(PERIOD_MS * cpuShare), PERIOD_MS).unref() : undefined;
  return () => {
    memory.length = 0;
    clearInterval(burning);
  };
}

function burn(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
