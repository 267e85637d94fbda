import type { RoutingState, TargetGroup } from "../state.ts";
import { endpointsOf, selectPods } from "./service-port.ts";
import type { TargetAddress } from "../load-balancer/target.ts";

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
