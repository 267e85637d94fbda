import { createServer, type Server } from "node:net";
import type { Endpoint } from "../../endpoint.ts";
import type { Border } from "../partition.ts";
import type { Service } from "../state.ts";
import { Switchboard, type Way } from "../tcp-forwarder.ts";
import { Rotation } from "../rotation.ts";

/**
 * A Service's port as kube-proxy serves it in one zone: each connection goes to the ready endpoint whose turn it is,
 * of the own zone first where the Service says so. Unlike kube-proxy it goes on to the next endpoint when a
 * connection is refused, and takes turns where kube-proxy draws lots.
 */
export class ServicePort {
  readonly server: Server;
  readonly #switchboard: Switchboard;
  readonly #zone: string;
  readonly #nearTurns = new Rotation();
  readonly #farTurns = new Rotation();
  #near: Way[] = [];
  #far: Way[] = [];

  constructor(border: Border) {
    this.#zone = border.zone;
    this.#switchboard = new Switchboard(border);
    this.server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) =>
      this.#switchboard.lead(client, [
        ...this.#nearTurns.order(this.#near),
        ...this.#farTurns.order(this.#far),
      ]),
    );
  }

  /** Takes the endpoints of this moment; connections to pods of a lost zone are broken off. */
  update(service: Service, ways: Way[], isLost: (zone: string) => boolean): void {
    const isNear = ({ zone }: Way) => !service.preferSameZone || zone === this.#zone;
    this.#near = ways.filter(isNear);
    this.#far = ways.filter((way) => !isNear(way));
    this.#switchboard.breakOff(({ zone }) => zone !== undefined && isLost(zone));
  }

  /** Ends quiet connections to pods of zones that were shifted away from. */
  leave(away: Set<string>, quietMs: number): void {
    if (away.size > 0)
      this.#switchboard.endQuiet(({ zone }) => zone !== undefined && away.has(zone), quietMs);
  }

  get connections(): number {
    return this.#switchboard.size;
  }
}

/** Endpoints of one port of a Service: the pods that its selector matches, ready, in a live zone, not shifted away. */
export function endpointsOf(
  service: Service,
  target: string,
  pods: Endpoint[],
  isLost: (zone: string) => boolean,
  away: Set<string>,
): Way[] {
  const ways = selectPods(service, pods)
    .filter(({ ready, terminating, zone }) => ready && !terminating && !isLost(zone))
    .flatMap(({ namespace, name, zone, ports }) => {
      const address = ports[target];
      return address === undefined ? [] : [{ id: `${namespace}/${name}`, address, zone }];
    });
  const kept = ways.filter(({ zone }) => !away.has(zone));
  // A shift that would leave a Service without endpoints has no effect on it.
  return kept.length > 0 ? kept : ways;
}

export function selectPods(service: Service, pods: Endpoint[]): Endpoint[] {
  const wanted = Object.entries(service.selector);
  return pods.filter(
    ({ namespace, labels }) =>
      namespace === service.namespace && wanted.every(([name, value]) => labels[name] === value),
  );
}
