import { Connection, type ConnectionOptions, type HttpRequest } from "./connection.ts";
import type { Exchange, Sender } from "./exchange.ts";
import { drawBy } from "./random.ts";

/** Sends requests over HTTP/1.1, one at a time over each connection, and opens connections as they are needed. */
export class HttpSender implements Sender {
  readonly #draw: (random: number) => HttpRequest;
  readonly #idle = new Map<string, Connection[]>();
  readonly #open = new Set<Connection>();
  readonly #options: ConnectionOptions;

  /** @throws Error where there is no request */
  constructor(requests: readonly HttpRequest[], options: ConnectionOptions) {
    this.#draw = drawBy(requests.map((item) => ({ item, weight: item.weight ?? 1 })));
    this.#options = options;
  }

  send(exchange: Exchange, random: () => number): void {
    const request = this.#draw(random());
    exchange.key = request.key;
    this.#connection(request.origin).send(exchange, request, random);
  }

  async close(): Promise<void> {
    for (const connection of this.#open) connection.close();
  }

  #connection(origin: string): Connection {
    let idle = this.#idle.get(origin);
    if (!idle) {
      idle = [];
      this.#idle.set(origin, idle);
    }
    const free = idle.pop();
    if (free) return free;
    const list = idle;
    const connection = new Connection(origin, this.#options, (isUsable) => {
      if (isUsable) list.push(connection);
      else this.#open.delete(connection);
    });
    this.#open.add(connection);
    return connection;
  }
}
