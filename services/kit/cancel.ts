import type { ServerResponse } from "node:http";

/** What of an AbortSignal a call needs: a client's connection can be that without the cost of a signal a request. */
export interface Cancel {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** Aborted when a client goes away before its response was written. */
export class ClientGone implements Cancel {
  readonly #outgoing: ServerResponse;
  #listener: (() => void) | undefined;

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
    this.#listener = listener;
    this.#outgoing.once("close", listener);
  }

  removeEventListener(): void {
    if (this.#listener) this.#outgoing.removeListener("close", this.#listener);
  }
}
