import type { HeaderBag } from "../../http/headers.ts";
import { Connection, type Exchange } from "./connection.ts";

/**
 * Keep-alive connections to one address: as many as there are requests at once, which callers bound. Idle ones aren't
 * timed: a pool is used for seconds only (see Connections), a service keeps its end open for a minute.
 */
export class Pool {
  readonly #origin: URL;
  readonly #connectTimeoutMs: number;
  readonly #all = new Set<Connection>();
  /** The one used last is used next, so that what isn't needed becomes idle and closes. */
  readonly #idle: Connection[] = [];
  #closing = false;
  #closed: (() => void) | undefined;

  constructor(origin: string, connectTimeoutMs: number) {
    this.#origin = new URL(origin);
    this.#connectTimeoutMs = connectTimeoutMs;
  }

  /** Sends a request; the exchange hears of the rest. Returns the connection, which a caller may destroy. */
  send(exchange: Exchange, path: string, headers: HeaderBag, body: Uint8Array | undefined): Connection {
    const connection = this.#idle.pop() ?? this.#open();
    connection.send(exchange, path, headers, body);
    return connection;
  }

  /** Resolves when the requests under way are done. */
  close(): Promise<void> {
    this.#closing = true;
    for (const connection of this.#idle.splice(0)) connection.destroy();
    if (this.#all.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#closed = resolve;
    });
  }

  #open(): Connection {
    const connection = new Connection(this.#origin, this.#connectTimeoutMs, this.#onIdle, this.#onClosed);
    this.#all.add(connection);
    return connection;
  }

  readonly #onIdle = (connection: Connection): void => {
    if (this.#closing) {
      connection.destroy();
      return;
    }
    this.#idle.push(connection);
  };

  readonly #onClosed = (connection: Connection): void => {
    this.#all.delete(connection);
    const at = this.#idle.lastIndexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    if (this.#all.size === 0) this.#closed?.();
  };
}
