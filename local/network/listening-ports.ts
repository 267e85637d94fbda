import type { Balancer, Listener, OutsideEndpoint, RoutingState, Service } from "./state.ts";

/** A thing that every edge listens for, and the names by which pods of its zone know it. */
export interface Point {
  key: string;
  /** `host:port` as the graph's values hold it. */
  names: string[];
}

export const listenerKey = (listener: Listener) => `listener ${listener.arn}`;
export const serviceKey = (service: Service, port: number) =>
  `service ${service.namespace}/${service.name}:${port}`;
export const endpointKey = (endpoint: OutsideEndpoint) => `endpoint ${endpoint.name}`;

/** Every listening point of a state; the keys are unique. */
export function points(state: RoutingState): Point[] {
  return [
    ...state.balancers.flatMap((balancer) =>
      balancer.listeners.map((listener) => ({
        key: listenerKey(listener),
        names: balancerNames(balancer, listener),
      })),
    ),
    ...state.services.flatMap((service) =>
      service.ports.map(({ port }) => ({
        key: serviceKey(service, port),
        names: serviceNames(service, port),
      })),
    ),
    ...state.endpoints.map((endpoint) => ({ key: endpointKey(endpoint), names: [endpoint.name] })),
  ];
}

/** A public balancer is reached through its front from everywhere, so its name means nothing special in a zone. */
function balancerNames({ internal, address, listeners }: Balancer, listener: Listener): string[] {
  if (!internal) return [];
  // A DNS name that carries a port stands for the first listener.
  if (address.port !== undefined) return listener === listeners[0] ? [`${address.host}:${address.port}`] : [];
  return [`${address.host}:${listener.port}`];
}

function serviceNames({ name, namespace }: Service, port: number): string[] {
  return [`${name}.${namespace}.svc.cluster.local:${port}`, `${name}.${namespace}.svc:${port}`];
}
