import type { ServerResponse } from "node:http";

/** What of an AbortSignal a call needs: a client's connection can be that without the cost of a signal a request. */
export interface Cancel {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

const LISTENER = Symbol("gone");
type Heard = ServerResponse & { [LISTENER]?: (() => void) | undefined };

/** To be called of each response that was closed. */
export function tellClosed(outgoing: ServerResponse): void {
  (outgoing as Heard)[LISTENER]?.();
}

/**
 * Aborted when a client goes away before its response was written. The server tells it of the end: it listens for that
 * anyway, and a listener more for each request costs.
 */
export class ClientGone implements Cancel {
  readonly #outgoing: Heard;

  constructor(outgoing: ServerResponse) {
    this.#outgoing = outgoing;
  }

  get aborted(): boolean {
    return this.#outgoing.closed && !this.#outgoing.writableFinished;
  }

  get reason(): Error {
    return new Error("the client went away");
  }

  /** Takes one listener at a time. */
  addEventListener(_type: "abort", listener: () => void): void {
    this.#outgoing[LISTENER] = listener;
  }

  removeEventListener(): void {
    this.#outgoing[LISTENER] = undefined;
  }
}
