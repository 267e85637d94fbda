import { type Exchange, FAILURES, type Failure, type Sender } from "./exchange.ts";
import { failureOf, failureOfStatus } from "./failures.ts";

/** What a function is called with for each request. */
export interface Call {
  /** How many were planned before. */
  index: number;
  /** A number from 0 to below 1, of the load's seed. */
  random: () => number;
  /** Aborted when the request has run out of time. */
  signal: AbortSignal;
}

/** What became of a request that a function made; without failure or failing status it succeeded. */
export interface Answer {
  /** What it is counted under. @default the sender's */
  key?: string;
  status?: number;
  failure?: Failure;
  bytes?: number;
}

/** Calls a function for each request; what it throws is a failure of the error's class. */
export class FunctionSender implements Sender {
  readonly #key: string;
  readonly #call: (call: Call) => Promise<Answer>;

  constructor(key: string, call: (call: Call) => Promise<Answer>) {
    this.#key = key;
    this.#call = call;
  }

  send(exchange: Exchange, random: () => number): void {
    const controller = new AbortController();
    exchange.key = this.#key;
    exchange.abort = () => controller.abort(new DOMException("the request ran out of time", "TimeoutError"));
    void this.#run(exchange, { index: exchange.index, random, signal: controller.signal });
  }

  async #run(exchange: Exchange, call: Call): Promise<void> {
    try {
      const { key, status, failure, bytes } = await this.#call(call);
      if (key !== undefined) exchange.key = key;
      exchange.status = status;
      exchange.bytes = bytes ?? 0;
      exchange.end(failure ?? (status === undefined ? undefined : failureOfStatus(status)));
    } catch (error) {
      const { failure } = error as { failure?: Failure };
      exchange.end(failure && FAILURES.includes(failure) ? failure : failureOf(error, exchange.hasBegun));
    }
  }

  async close(): Promise<void> {}
}
