import type { Socket } from "node:net";
import type { Border } from "./partition.ts";
import { Relay } from "./relay.ts";

/** Where a connection may be led. */
export interface Way {
  /** What it is known by while connections to it are open. */
  id: string;
  /** `host:port`. */
  address: string;
  zone?: string;
}

/** Leads TCP connections to one of several ways and keeps hold of each, so that those to a lost way can be ended. */
export class Switchboard {
  readonly #border: Border;
  readonly #open = new Map<Relay | Socket, Way>();

  constructor(border: Border) {
    this.#border = border;
  }

  get size(): number {
    return this.#open.size;
  }

  /**
   * Leads a client over the first of `ways` that accepts a connection; nothing of the client's is read before.
   * Where none does, the client is given to `refuse` (without one it sees a reset).
   */
  lead(client: Socket, ways: Way[], refuse = reset): void {
    // An early error closes the socket, and that is what is listened for below.
    client.on("error", () => undefined);
    client.setNoDelay(true);
    // A client that has said all may still be answered, whatever server accepted it.
    client.allowHalfOpen = true;
    this.#try(client, ways, 0, refuse);
  }

  #try(client: Socket, ways: Way[], index: number, refuse: (client: Socket) => void): void {
    const way = ways[index];
    if (client.destroyed) return;
    if (!way) {
      refuse(client);
      return;
    }
    const upstream = this.#border.connect(way.address, way.zone, { allowHalfOpen: true });
    const abandon = () => upstream.destroy();
    const next = () => {
      client.off("close", abandon);
      this.#open.delete(upstream);
      this.#try(client, ways, index + 1, refuse);
    };
    this.#open.set(upstream, way);
    client.once("close", abandon);
    upstream.once("error", next);
    upstream.once("connect", () => {
      client.off("close", abandon);
      upstream.off("error", next);
      this.#open.delete(upstream);
      this.#relay(client, upstream, way);
    });
    upstream.once("close", () => this.#open.delete(upstream));
  }

  #relay(client: Socket, upstream: Socket, way: Way): void {
    const relay = new Relay(client, upstream);
    this.#open.set(relay, way);
    relay.onClose(() => this.#open.delete(relay));
  }

  /** Breaks off every connection whose way `lost` names; one that is still connecting tries the next way. */
  breakOff(lost: (way: Way) => boolean): void {
    for (const [connection, way] of this.#open) {
      if (!lost(way)) continue;
      if (connection instanceof Relay) connection.reset();
      else connection.destroy(new Error(`the way to ${way.address} was lost`));
    }
  }

  /** Ends connections whose way `left` names once no byte has flowed for `quietMs`. */
  endQuiet(left: (way: Way) => boolean, quietMs: number): void {
    const now = performance.now();
    for (const [connection, way] of this.#open) {
      if (connection instanceof Relay && left(way) && now - connection.lastBytes > quietMs)
        connection.reset();
    }
  }
}

function reset(client: Socket): void {
  client.resetAndDestroy();
}
