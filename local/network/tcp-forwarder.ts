import type { Socket } from "node:net";
import type { Partition } from "./partition.ts";
import { Relay } from "./relay.ts";

/** Where a connection may be forwarded to. */
export interface Upstream {
  /** What it is known by while connections to it are open. */
  id: string;
  /** `host:port`. */
  address: string;
  zone?: string;
}

/** Forwards TCP connections to one of several upstreams and keeps a list of them, so that those to a lost one can be ended. */
export class TcpForwarder {
  readonly #partition: Partition;
  readonly #open = new Map<Relay | Socket, Upstream>();

  constructor(partition: Partition) {
    this.#partition = partition;
  }

  /**
   * Forwards a client to the first of `upstreams` that accepts a connection; nothing of the client's is read before.
   * Where none does, the client is given to `refuse` (without one it sees a reset).
   */
  forward(client: Socket, upstreams: Upstream[], refuse = reset): void {
    // An early error closes the socket, and that is what is listened for below.
    client.on("error", () => undefined);
    client.setNoDelay(true);
    // A client that has sent everything may still get an answer, whatever server accepted it.
    client.allowHalfOpen = true;
    this.#try(client, upstreams, 0, refuse);
  }

  #try(client: Socket, upstreams: Upstream[], index: number, refuse: (client: Socket) => void): void {
    const upstream = upstreams[index];
    if (client.destroyed) return;
    if (!upstream) {
      refuse(client);
      return;
    }
    const socket = this.#partition.connect(upstream.address, upstream.zone, { allowHalfOpen: true });
    const abandon = () => socket.destroy();
    const next = () => {
      client.off("close", abandon);
      this.#open.delete(socket);
      this.#try(client, upstreams, index + 1, refuse);
    };
    this.#open.set(socket, upstream);
    client.once("close", abandon);
    socket.once("error", next);
    socket.once("connect", () => {
      client.off("close", abandon);
      socket.off("error", next);
      this.#open.delete(socket);
      this.#relay(client, socket, upstream);
    });
    socket.once("close", () => this.#open.delete(socket));
  }

  #relay(client: Socket, socket: Socket, upstream: Upstream): void {
    const relay = new Relay(client, socket);
    this.#open.set(relay, upstream);
    relay.onClose(() => this.#open.delete(relay));
  }

  /** Resets every connection to an upstream for which `lost` holds; one that is still connecting tries the next. */
  reset(lost: (upstream: Upstream) => boolean): void {
    for (const [connection, upstream] of this.#open) {
      if (!lost(upstream)) continue;
      if (connection instanceof Relay) connection.reset();
      else connection.destroy(new Error(`${upstream.address} was lost`));
    }
  }

  /** Resets connections to upstreams for which `left` holds once no byte has flowed for `quietMs`. */
  resetIdle(left: (upstream: Upstream) => boolean, quietMs: number): void {
    const now = performance.now();
    for (const [connection, upstream] of this.#open) {
      if (connection instanceof Relay && left(upstream) && now - connection.lastBytes > quietMs)
        connection.reset();
    }
  }
}

function reset(client: Socket): void {
  client.resetAndDestroy();
}
