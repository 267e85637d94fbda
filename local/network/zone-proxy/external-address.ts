import { createServer, type Server } from "node:net";
import type { Partition } from "../partition.ts";
import type { OutsideEndpoint } from "../state.ts";
import { TcpForwarder, type Upstream } from "../tcp-forwarder.ts";

/**
 * A zone's way to an address outside the cluster, such as a database's endpoint. While nothing serves it connections are
 * reset, and when what serves it changes the old connections are reset, so that clients notice a failover at once.
 */
export class ExternalAddress {
  readonly server: Server;
  readonly #forwarder: TcpForwarder;
  #upstreams: Upstream[] = [];

  constructor(partition: Partition) {
    this.#forwarder = new TcpForwarder(partition);
    this.server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) =>
      this.#forwarder.forward(client, this.#upstreams),
    );
  }

  update({ upstream, zone }: OutsideEndpoint): void {
    this.#upstreams = upstream === undefined ? [] : [{ id: upstream, address: upstream, zone }];
    this.#forwarder.reset(({ id }) => id !== upstream);
  }

  get connections(): number {
    return this.#forwarder.size;
  }
}
