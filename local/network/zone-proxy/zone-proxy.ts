import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { Backoff } from "../../backoff.ts";
import { endpointKey, listenerKey, serviceKey } from "../listening-ports.ts";
import { AlbNode, type NodeContext, TargetGroupTargets } from "../load-balancer/index.ts";
import type { Ports, ProxyReport, ProxySettings, RequestCounts } from "../messages.ts";
import { Partition } from "../partition.ts";
import type { OutsideEndpoint, RoutingState } from "../state.ts";
import { TcpForwarder, type Upstream } from "../tcp-forwarder.ts";
import { endpointsOf, ServicePort, targetsOf } from "./pod-endpoints.ts";

/** Connections that one listening port holds at most; more are refused. */
const MAX_CONNECTIONS = 8192;

/**
 * Listens on a port of this machine and keeps trying while the port is taken, since pods hold it as an address.
 * @returns a function that gives up and closes.
 */
function keepListening(server: Server, port: number, onProblem: (problem?: string) => void): () => void {
  const backoff = new Backoff({ firstMs: 50, maxMs: 1000 });
  let timer: NodeJS.Timeout | undefined;
  const listen = () => server.listen({ port, host: "127.0.0.1", backlog: 1024 });
  server.maxConnections = MAX_CONNECTIONS;
  server.on("listening", () => onProblem());
  server.on("error", (error) => {
    onProblem(`port ${port}: ${error.message}`);
    timer = setTimeout(listen, backoff.next());
  });
  listen();
  return () => {
    clearTimeout(timer);
    server.close();
  };
}

/**
 * A zone's way to an address outside the cluster, such as a database's endpoint. While nothing serves it connections are
 * reset, and when what serves it changes the old connections are reset, so that clients notice a failover at once.
 */
class ExternalAddress {
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
}

/** A connection to a pod in a zone that was shifted away from is ended once no byte has flowed for this long. */
const QUIET_MS = 250;

/** What listens on a port of its own. */
type Served = AlbNode | ServicePort | ExternalAddress;

interface Listening<T> {
  served: T;
  close(): void;
  problem?: string;
}

/** What one zone's proxy process serves: the zone's load balancer nodes, its kube-proxy, its ways to the outside. */
export class ZoneProxy {
  readonly partition: Partition;
  readonly #groups = new Map<string, TargetGroupTargets>();
  /** By the keys of `listening-ports.ts`. */
  readonly #listening = new Map<string, Listening<Served>>();
  #counts: RequestCounts = { requests: {}, errors: {} };
  readonly #context: NodeContext;
  #away = new Map<string, Set<string>>();
  #weights: RoutingState["weights"] = {};
  #clusterAway = new Set<string>();
  #stopping = false;

  /** `onChange` is called when a target's health changes. */
  constructor(settings: ProxySettings, onChange: () => void) {
    this.partition = new Partition(settings.zone);
    this.#onChange = onChange;
    this.#context = {
      zone: settings.zone,
      healthPath: settings.healthPath,
      group: (arn) => this.#groups.get(arn),
      away: (balancer) => this.#away.get(balancer) ?? NONE,
      weight: (balancer, zone) => this.#weights[balancer]?.[zone] ?? 1,
      onRequest: (balancer, zone) => count(this.#counts.requests, balancer, zone),
      onError: (balancer, status) => count(this.#counts.errors, balancer, String(status)),
      stopping: () => this.#stopping,
    };
  }

  readonly #onChange: () => void;

  /** Makes the zone's network what `state` says. */
  apply(state: RoutingState, ready: Record<string, boolean>, ports: Ports): void {
    const isLost = (zone: string) => ready[zone] === false;
    this.#away = awayByResource(state);
    this.#weights = state.weights;
    this.#clusterAway = new Set(state.clusters.flatMap((arn) => [...(this.#away.get(arn) ?? NONE)]));
    this.#updateGroups(state, isLost);
    const wanted = new Set<string>();
    const serve = <T extends Served>(key: string, make: () => T) => {
      wanted.add(key);
      return this.#serve(key, ports[key], make);
    };
    for (const balancer of state.balancers) {
      for (const listener of balancer.listeners) {
        const make = () => new AlbNode(balancer, listener, this.#context);
        serve(listenerKey(listener), make)?.update(balancer, listener);
      }
    }
    for (const service of state.services) {
      for (const { port, target } of service.ports) {
        const upstreams = endpointsOf(service, target, state.pods, isLost, this.#clusterAway);
        const key = serviceKey(service, port);
        serve(key, () => new ServicePort(this.partition))?.update(service, upstreams, isLost);
      }
    }
    for (const endpoint of state.endpoints) {
      serve(endpointKey(endpoint), () => new ExternalAddress(this.partition))?.update(endpoint);
    }
    for (const [key, { close }] of this.#listening)
      if (!wanted.has(key) && this.#listening.delete(key)) close();
  }

  /** Ends idle connections into zones that the cluster was shifted away from; called twice a second. */
  tidy(): void {
    for (const { served } of this.#listening.values()) {
      if (served instanceof ServicePort) served.leave(this.#clusterAway, QUIET_MS);
    }
  }

  /** Counts are since the last report. */
  report(): ProxyReport {
    const counts = this.#counts;
    this.#counts = { requests: {}, errors: {} };
    const healthy = [...this.#listening].flatMap(([key, { served }]) =>
      served instanceof AlbNode ? [[key, served.isHealthy()] as const] : [],
    );
    return {
      targets: [...this.#groups.values()].flatMap((group) => group.report()),
      healthy: Object.fromEntries(healthy),
      ...counts,
    };
  }

  /** What can't be listened on at the moment, in words. */
  problems(): string[] {
    return [...this.#listening].flatMap(([key, { problem }]) => (problem ? [`${key}: ${problem}`] : []));
  }

  /** Takes nothing new; resolves when every load balancer request under way has its answer. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const listening = [...this.#listening.values()];
    const nodes = listening.flatMap(({ served }) => (served instanceof AlbNode ? [served.server] : []));
    const closed = nodes.filter(({ listening }) => listening).map((server) => once(server, "close"));
    for (const { close } of listening) close();
    for (const server of nodes) server.closeIdleConnections();
    await Promise.all(closed);
  }

  #updateGroups(state: RoutingState, isLost: (zone: string) => boolean): void {
    for (const spec of state.groups) {
      const group =
        this.#groups.get(spec.arn) ?? new TargetGroupTargets(spec, this.partition, this.#onChange);
      this.#groups.set(spec.arn, group);
      group.update(spec, targetsOf(spec, state, isLost), isLost);
    }
    const known = new Set(state.groups.map(({ arn }) => arn));
    for (const [arn, group] of this.#groups) if (!known.has(arn) && this.#groups.delete(arn)) group.clear();
  }

  #serve<T extends Served>(key: string, port: number | undefined, make: () => T): T | undefined {
    const known = this.#listening.get(key);
    if (known) return known.served as T;
    if (port === undefined) return undefined;
    const served = make();
    const listening: Listening<T> = { served, close: () => undefined, problem: "does not listen yet" };
    listening.close = keepListening(served.server, port, (problem) => {
      listening.problem = problem;
    });
    this.#listening.set(key, listening);
    return served;
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

function count(counts: RequestCounts["requests"], key: string, name: string): void {
  counts[key] ??= {};
  counts[key][name] = (counts[key][name] ?? 0) + 1;
}
