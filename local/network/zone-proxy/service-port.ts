import { createServer, type Server } from "node:net";
import type { Partition } from "../partition.ts";
import { Rotation } from "../rotation.ts";
import type { Service } from "../state.ts";
import { TcpForwarder, type Upstream } from "../tcp-forwarder.ts";

/**
 * A Service's port as kube-proxy serves it in one zone: each connection goes to the ready endpoint whose turn it is,
 * of the own zone first where the Service says so. Unlike kube-proxy it goes on to the next endpoint when a
 * connection is refused, and takes turns where kube-proxy draws lots.
 */
export class ServicePort {
  readonly server: Server;
  readonly #forwarder: TcpForwarder;
  readonly #zone: string;
  readonly #preferredTurns = new Rotation();
  readonly #otherTurns = new Rotation();
  #preferred: Upstream[] = [];
  #others: Upstream[] = [];

  constructor(partition: Partition) {
    this.#zone = partition.zone;
    this.#forwarder = new TcpForwarder(partition);
    this.server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) =>
      this.#forwarder.forward(client, [
        ...this.#preferredTurns.order(this.#preferred),
        ...this.#otherTurns.order(this.#others),
      ]),
    );
  }

  /** Takes the endpoints of this moment; connections to pods of a lost zone are reset. */
  update(service: Service, upstreams: Upstream[], isLost: (zone: string) => boolean): void {
    const isPreferred = ({ zone }: Upstream) => !service.preferSameZone || zone === this.#zone;
    this.#preferred = upstreams.filter(isPreferred);
    this.#others = upstreams.filter((upstream) => !isPreferred(upstream));
    this.#forwarder.reset(({ zone }) => zone !== undefined && isLost(zone));
  }

  /** Ends idle connections to pods of zones that were shifted away from. */
  leave(away: Set<string>, quietMs: number): void {
    if (away.size > 0) this.#forwarder.resetIdle(({ zone }) => zone !== undefined && away.has(zone), quietMs);
  }

  get connections(): number {
    return this.#forwarder.size;
  }
}
