import type { Endpoint } from "../../endpoint.ts";
import type { TargetAddress } from "../load-balancer/index.ts";
import type { RoutingState, Service, TargetGroup } from "../state.ts";
import type { Upstream } from "../tcp-forwarder.ts";

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
