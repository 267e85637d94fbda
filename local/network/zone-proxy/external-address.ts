import { createServer, type Server } from "node:net";
import type { Border } from "../partition.ts";
import type { OutsideEndpoint } from "../state.ts";
import { Switchboard, type Way } from "../tcp-forwarder.ts";

/**
 * A zone's way to an address outside the cluster, such as a database's endpoint. While there is nothing behind it
 * connections are reset, and when what is behind it changes the old connections are broken off, so that clients
 * notice a failover at once.
 */
export class Outside {
  readonly server: Server;
  readonly #switchboard: Switchboard;
  #ways: Way[] = [];

  constructor(border: Border) {
    this.#switchboard = new Switchboard(border);
    this.server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) =>
      this.#switchboard.lead(client, this.#ways),
    );
  }

  update({ upstream, zone }: OutsideEndpoint): void {
    this.#ways = upstream === undefined ? [] : [{ id: upstream, address: upstream, zone }];
    this.#switchboard.breakOff(({ id }) => id !== upstream);
  }

  get connections(): number {
    return this.#switchboard.size;
  }
}
