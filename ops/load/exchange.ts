/** Classes of failures over HTTP: the server answered, but not with a success. */
export const HTTP_FAILURES = ["4xx", "429", "503", "5xx", "body"] as const;

/**
 * Classes of failures of the network: no whole answer came.
 * - `timeout`: the server did not begin to answer in time, nor take the connection
 * - `deadline`: the answer was not whole in time, or the request could not even be sent
 * - `truncated`: the connection ended inside an answer; `reset`: before one
 * - `local`: this machine had no port or file descriptor left; `other`: a function's error of no known class
 */
export const NETWORK_FAILURES = [
  ...(["refused", "reset", "timeout", "dns", "tls", "truncated", "deadline"] as const),
  ...(["unreachable", "protocol", "local", "other"] as const),
] as const;

export type Failure = (typeof HTTP_FAILURES)[number] | (typeof NETWORK_FAILURES)[number];

export const FAILURES: readonly Failure[] = [...HTTP_FAILURES, ...NETWORK_FAILURES];

/** A request and what became of it. Times in milliseconds of `performance.now()`. */
export class Exchange {
  /** How many were planned before it, the warm-up's included. */
  readonly index: number;
  /** When it was to be sent. */
  readonly plannedAt: number;
  /** From when its corrected latency counts: its planned time, but for what a timer of the generator's was late. */
  dueAt: number;
  /** When it was sent; 0 before. */
  sentAt = 0;
  endedAt = 0;
  /** What it is counted under: a host, a route, a function's own name. */
  key = "";
  status: number | undefined;
  failure: Failure | undefined;
  /** Bytes of the answer's body. */
  bytes = 0;
  /** Whether the answer's status has come. */
  hasBegun = false;
  /** Gives the request up: set by who sends it, called when it ran out of time. */
  abort: (() => void) | undefined;
  readonly #onEnd: (exchange: Exchange) => void;

  constructor(index: number, plannedAt: number, onEnd: (exchange: Exchange) => void) {
    this.index = index;
    this.plannedAt = plannedAt;
    this.dueAt = plannedAt;
    this.#onEnd = onEnd;
  }

  /** Ends it, as a success where no failure is named; only the first end counts. */
  end(failure?: Failure): void {
    if (this.endedAt !== 0) return;
    this.endedAt = performance.now();
    this.failure = failure;
    this.#onEnd(this);
  }
}

/** What sends requests. */
export interface Sender {
  /** Sends one: sets its key, and ends it whatever happens, later or at once. @param random from 0 to below 1, of the seed */
  send(exchange: Exchange, random: () => number): void;
  /** Closes connections; called once, when every request has ended. */
  close(): Promise<void>;
}
