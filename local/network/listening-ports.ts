import { takePort } from "../free-ports.ts";
import type { Ports } from "./messages.ts";
import type { Balancer, Listener, OutsideEndpoint, RoutingState, Service } from "./state.ts";

/** What the proxy of every zone listens for, and the names by which pods of its zone know it. */
interface Entry {
  key: string;
  /** `host:port` as the graph's values hold it. */
  names: string[];
}

export const listenerKey = (listener: Listener) => `listener ${listener.arn}`;
export const serviceKey = (service: Service, port: number) =>
  `service ${service.namespace}/${service.name}:${port}`;
export const endpointKey = (endpoint: OutsideEndpoint) => `endpoint ${endpoint.name}`;

/** Every listener, Service and outside endpoint of a state; the keys are unique. */
function entries(state: RoutingState): Entry[] {
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

/** A public balancer is reached by its DNS name from everywhere, so that name leads nowhere else in a zone. */
function balancerNames({ internal, address, listeners }: Balancer, listener: Listener): string[] {
  if (!internal) return [];
  // A DNS name that carries a port stands for the first listener.
  if (address.port !== undefined) return listener === listeners[0] ? [`${address.host}:${address.port}`] : [];
  return [`${address.host}:${listener.port}`];
}

function serviceNames({ name, namespace }: Service, port: number): string[] {
  return [`${name}.${namespace}.svc.cluster.local:${port}`, `${name}.${namespace}.svc:${port}`];
}

/** The ports of each zone's proxy: each is taken once and kept, since pods hold it in their environment. */
export class ListeningPorts {
  readonly #byZone: Map<string, Ports>;
  #allocating: Promise<void> = Promise.resolve();

  constructor(zones: string[]) {
    this.#byZone = new Map(zones.map((zone) => [zone, {}]));
  }

  /** Key -> port in a zone. */
  of(zone: string): Ports {
    return this.#byZone.get(zone) ?? {};
  }

  /** Takes a port in every zone for whatever in `state` has none yet. */
  allocate(state: RoutingState): Promise<void> {
    // The error of an allocation reaches its own caller; the next one goes on all the same.
    const before = this.#allocating.catch(() => undefined);
    this.#allocating = before.then(async () => {
      for (const { key } of entries(state)) {
        for (const ports of this.#byZone.values()) ports[key] ??= await takePort();
      }
    });
    return this.#allocating;
  }

  /**
   * The graph's names -> where a pod in `zone` reaches them; both are `host:port`, or URLs of HTTPS and of the plain
   * HTTP that stands for it here.
   */
  lookup(zone: string, state: RoutingState): Record<string, string> {
    const ports = this.of(zone);
    return Object.fromEntries(
      entries(state).flatMap(({ key, names }) => {
        if (ports[key] === undefined) return [];
        const address = `127.0.0.1:${ports[key]}`;
        return names.flatMap((name) => [
          [name, address],
          [`https://${name}`, `http://${address}`],
        ]);
      }),
    );
  }
}
