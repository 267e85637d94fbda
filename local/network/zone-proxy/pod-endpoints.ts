import { createServer, type Server } from "node:net";
import type { Endpoint } from "../../free-ports.ts";
import type { TargetAddress } from "../load-balancer/index.ts";
import type { Partition } from "../partition.ts";
import { Rotation } from "../rotation.ts";
import type { RoutingState, Service, TargetGroup } from "../state.ts";
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
}

/** Endpoints of one port of a Service: the pods that its selector matches, ready, in a live zone, not shifted away. */
export function endpointsOf(
  service: Service,
  target: string,
  pods: Endpoint[],
  isLost: (zone: string) => boolean,
  away: Set<string>,
): Upstream[] {
  const upstreams = selectPods(service, pods)
    .filter(({ ready, terminating, zone }) => ready && !terminating && !isLost(zone))
    .flatMap(({ namespace, name, zone, ports }) => {
      const address = ports[target];
      return address === undefined ? [] : [{ id: `${namespace}/${name}`, address, zone }];
    });
  const kept = upstreams.filter(({ zone }) => !away.has(zone));
  // A shift that would leave a Service without endpoints has no effect on it.
  return kept.length > 0 ? kept : upstreams;
}

function selectPods(service: Service, pods: Endpoint[]): Endpoint[] {
  const wanted = Object.entries(service.selector);
  return pods.filter(
    ({ namespace, labels }) =>
      namespace === service.namespace && wanted.every(([name, value]) => labels[name] === value),
  );
}

const NOT_SHIFTED: Set<string> = new Set();

/**
 * The targets that a TargetGroupBinding registers: the ready pods behind its Service. A zonal shift doesn't change
 * them, since a load balancer is shifted by itself.
 */
export function targetsOf(
  group: TargetGroup,
  { services, pods }: RoutingState,
  isLost: (zone: string) => boolean,
): TargetAddress[] {
  const { binding, healthCheck } = group;
  const service = services.find(
    ({ namespace, name }) => namespace === binding?.namespace && name === binding.service,
  );
  const port = service?.ports.find(({ port, name }) => [String(port), name].includes(binding?.port ?? ""));
  if (!service || !port) return [];
  const ports = new Map(selectPods(service, pods).map((pod) => [`${pod.namespace}/${pod.name}`, pod.ports]));
  return endpointsOf(service, port.target, pods, isLost, NOT_SHIFTED).map(({ id, address, zone }) => ({
    id,
    address,
    zone: zone as string,
    healthAddress: healthCheck.port === "traffic-port" ? address : ports.get(id)?.[healthCheck.port],
  }));
}
