import type { Socket } from "node:net";
import { isPartitioned } from "./partition.ts";

/** How long one half of a connection may stay open and silent after the other half has ended. */
const HALF_OPEN_MS = 60_000;
/** How long the peer of a connection that has closed may take to read what is left for it. */
const FLUSH_MS = 5000;

/** Two sockets whose bytes flow into each other; errors and ends pass on. */
export class Relay {
  readonly client: Socket;
  readonly upstream: Socket;
  /** When bytes last came from the client or the upstream, in milliseconds of the process's clock. */
  lastBytes = performance.now();
  #stalled = false;

  /** Both sockets must allow half-open use; `upstream` is connected. */
  constructor(client: Socket, upstream: Socket) {
    this.client = client;
    this.upstream = upstream;
    this.#join(client, upstream);
    this.#join(upstream, client);
  }

  /** Calls `listener` once when both sockets are closed. */
  onClose(listener: () => void): void {
    let open = 2;
    const closed = () => {
      open -= 1;
      if (open === 0) listener();
    };
    this.client.once("close", closed);
    this.upstream.once("close", closed);
  }

  /** Loses the upstream without the client noticing, as a cut network does. */
  stall(): void {
    if (this.#stalled) return;
    this.#stalled = true;
    this.client.unpipe();
    this.client.pause();
    this.upstream.unpipe();
    this.upstream.resetAndDestroy();
    this.client.setTimeout(HALF_OPEN_MS, () => this.client.resetAndDestroy());
  }

  /** Ends both at once; both peers see a reset. */
  reset(): void {
    this.client.resetAndDestroy();
    this.upstream.resetAndDestroy();
  }

  #join(from: Socket, to: Socket): void {
    from.on("data", () => {
      this.lastBytes = performance.now();
    });
    from.pipe(to);
    from.once("end", () => to.setTimeout(HALF_OPEN_MS, () => this.reset()));
    from.once("error", (error) => this.#broken(error, to));
    from.once("close", () => this.#stalled || this.#end(to));
  }

  /** Ends a socket whose other half has closed: what it got may still be read, and nothing more is taken from it. */
  #end(socket: Socket): void {
    socket.unpipe();
    socket.pause();
    socket.destroySoon();
    const overdue = setTimeout(() => socket.resetAndDestroy(), FLUSH_MS);
    socket.once("close", () => clearTimeout(overdue));
  }

  /** A peer that broke off is broken off towards the other one too. */
  #broken(error: NodeJS.ErrnoException, to: Socket): void {
    if (isPartitioned(error)) this.stall();
    else if (!this.#stalled) to.resetAndDestroy();
  }
}
