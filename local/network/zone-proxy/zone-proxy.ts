import { once } from "node:events";
import { Border } from "../partition.ts";
import type { EdgeReport, EdgeSettings, Ports } from "../messages.ts";
import { endpointKey, listenerKey, serviceKey } from "../listening-ports.ts";
import type { RoutingState } from "../state.ts";
import { Counters } from "../edge/counters.ts";
import { Group } from "../load-balancer/target-group.ts";
import { keepListening } from "./listen.ts";
import { AlbNode, type NodeContext } from "../load-balancer/node.ts";
import { Outside } from "./external-address.ts";
import { endpointsOf, ServicePort } from "./service-port.ts";
import { targetsOf } from "./pod-endpoints.ts";

/** A connection to a pod in a zone that was shifted away from is ended once it was silent this long. */
const QUIET_MS = 250;

interface Listening<T> {
  thing: T;
  close(): void;
  problem?: string;
}

/** What one zone's edge process holds: the zone's load balancer nodes, its kube-proxy, its ways to the outside. */
export class Edge {
  readonly border: Border;
  readonly #groups = new Map<string, Group>();
  readonly #points = new Map<string, Listening<AlbNode | ServicePort | Outside>>();
  readonly #counters = new Counters();
  readonly #context: NodeContext;
  #away = new Map<string, Set<string>>();
  #clusterAway = new Set<string>();
  #stopping = false;

  /** `onChange` is called when a target's health changes. */
  constructor(settings: EdgeSettings, onChange: () => void) {
    this.border = new Border(settings.zone);
    this.#onChange = onChange;
    this.#context = {
      zone: settings.zone,
      healthPath: settings.healthPath,
      group: (arn) => this.#groups.get(arn),
      away: (balancer) => this.#away.get(balancer) ?? NONE,
      onRequest: (balancer, zone) => this.#counters.request(balancer, zone),
      onError: (balancer, status) => this.#counters.error(balancer, status),
      stopping: () => this.#stopping,
    };
  }

  readonly #onChange: () => void;

  /** Makes the zone's network what `state` says. */
  apply(state: RoutingState, ready: Record<string, boolean>, ports: Ports): void {
    const isLost = (zone: string) => ready[zone] === false;
    this.#away = awayByResource(state);
    this.#clusterAway = new Set(state.clusters.flatMap((arn) => [...(this.#away.get(arn) ?? NONE)]));
    this.#updateGroups(state, isLost);
    const wanted = new Set<string>();
    const point = <T extends AlbNode | ServicePort | Outside>(key: string, make: () => T) => {
      wanted.add(key);
      return this.#point(key, ports[key], make);
    };
    for (const balancer of state.balancers) {
      for (const listener of balancer.listeners) {
        const make = () => new AlbNode(balancer, listener, this.#context);
        point(listenerKey(listener), make)?.update(balancer, listener);
      }
    }
    for (const service of state.services) {
      for (const { port, target } of service.ports) {
        const ways = endpointsOf(service, target, state.pods, isLost, this.#clusterAway);
        point(serviceKey(service, port), () => new ServicePort(this.border))?.update(service, ways, isLost);
      }
    }
    for (const endpoint of state.endpoints) {
      point(endpointKey(endpoint), () => new Outside(this.border))?.update(endpoint);
    }
    for (const [key, { close }] of this.#points) if (!wanted.has(key) && this.#points.delete(key)) close();
  }

  /** Ends what a zonal shift left behind; called twice a second. */
  tidy(): void {
    for (const { thing } of this.#points.values()) {
      if (thing instanceof ServicePort) thing.leave(this.#clusterAway, QUIET_MS);
    }
  }

  /** Counters are since the last report. */
  report(): EdgeReport {
    const things = [...this.#points].map(([key, { thing }]) => ({ key, thing }));
    const nodes = things.flatMap(({ key, thing }) => (thing instanceof AlbNode ? [{ key, thing }] : []));
    const relays = things.flatMap(({ thing }) => (thing instanceof AlbNode ? [] : [thing.connections]));
    return {
      targets: [...this.#groups.values()].flatMap((group) => group.report()),
      healthy: Object.fromEntries(nodes.map(({ key, thing }) => [key, thing.isHealthy()])),
      ...this.#counters.take(),
      connections: relays.reduce((sum, count) => sum + count, 0),
    };
  }

  /** What can't be listened on at the moment, in words. */
  problems(): string[] {
    return [...this.#points].flatMap(([key, { problem }]) => (problem ? [`${key}: ${problem}`] : []));
  }

  /** Takes nothing new; resolves when every load balancer request under way has its answer. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const points = [...this.#points.values()];
    const nodes = points.flatMap(({ thing }) => (thing instanceof AlbNode ? [thing.server] : []));
    const closed = nodes.filter(({ listening }) => listening).map((server) => once(server, "close"));
    for (const { close } of points) close();
    for (const server of nodes) server.closeIdleConnections();
    await Promise.all(closed);
  }

  #updateGroups(state: RoutingState, isLost: (zone: string) => boolean): void {
    for (const spec of state.groups) {
      const group = this.#groups.get(spec.arn) ?? new Group(spec, this.border, this.#onChange);
      this.#groups.set(spec.arn, group);
      group.update(spec, targetsOf(spec, state, isLost), isLost);
    }
    const known = new Set(state.groups.map(({ arn }) => arn));
    for (const [arn, group] of this.#groups) if (!known.has(arn) && this.#groups.delete(arn)) group.clear();
  }

  #point<T extends AlbNode | ServicePort | Outside>(
    key: string,
    port: number | undefined,
    make: () => T,
  ): T | undefined {
    const known = this.#points.get(key);
    if (known) return known.thing as T;
    if (port === undefined) return undefined;
    const thing = make();
    const listening: Listening<T> = { thing, close: () => undefined, problem: "does not listen yet" };
    listening.close = keepListening(thing.server, port, (problem) => {
      listening.problem = problem;
    });
    this.#points.set(key, listening);
    return thing;
  }
}

const NONE: Set<string> = new Set();

/** Balancer's or cluster's ARN -> zones that weigh nothing. */
function awayByResource({ weights }: RoutingState): Map<string, Set<string>> {
  return new Map(
    Object.entries(weights).map(([arn, zones]) => [
      arn,
      new Set(Object.keys(zones).filter((zone) => zones[zone] === 0)),
    ]),
  );
}
