import { newHistogram, record } from "./histogram.ts";
import type { Generator } from "./result.ts";

/** Above this share of its time at work, an event loop delays what it does. */
const BUSY = 0.95;
/** Milliseconds that one request in a hundred may be sent late; timers alone are up to 2 ms late. */
const LATE_MS = 10;

/** Watches the process that sends the requests, so that its own limits aren't taken for the server's. */
export class GeneratorWatch {
  readonly #model: "open" | "closed";
  readonly #late = newHistogram();
  readonly #cpu = process.cpuUsage();
  readonly #loop = performance.eventLoopUtilization();
  readonly #startedAt = performance.now();
  #waiting = 0;

  constructor(model: "open" | "closed") {
    this.#model = model;
  }

  /** A request was sent, a connection being free, this much later than planned. */
  sent(lateMs: number): void {
    record(this.#late, lateMs);
  }

  /** So many requests wait for a connection. */
  waiting(count: number): void {
    if (count > this.#waiting) this.#waiting = count;
  }

  result(): Generator {
    const { user, system } = process.cpuUsage(this.#cpu);
    const cores = (user + system) / 1000 / Math.max(1, performance.now() - this.#startedAt);
    const eventLoop = performance.eventLoopUtilization(this.#loop).utilization;
    const lateP99 = this.#late.getValueAtPercentile(99) / 1000;
    const limits: string[] = [];
    if (eventLoop > BUSY) {
      const busy = `the generator's event loop was busy ${Math.round(eventLoop * 100)} % of the time`;
      limits.push(
        this.#model === "closed"
          ? `${busy}: the server may answer more than this`
          : `${busy}: latencies hold its own delays; send less, or from several processes and merge their results`,
      );
    }
    if (lateP99 > LATE_MS)
      limits.push(
        `one request in a hundred was sent ${Math.round(lateP99)} ms late or more though a connection was free`,
      );
    if (this.#waiting > 0)
      limits.push(
        `up to ${this.#waiting} requests waited for a connection: all were in use (more with --connections), ` +
          "which corrected latencies count and uncorrected ones don't",
      );
    return { limits, eventLoop, cores, lateP99, waiting: this.#waiting };
  }
}
