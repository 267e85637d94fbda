import type { Server } from "node:net";
import type { Border } from "./partition.ts";
import { Front } from "./dns-name.ts";
import type { NodeView } from "./node-checks.ts";
import { listenerKey } from "./listening-ports.ts";
import type { Balancer, Listener, RoutingState } from "./state.ts";
import type { BalancerStatus, Tally } from "./request-counts.ts";

/** What the fronts need to know of the network around them. */
export interface Surroundings {
  zones: string[];
  border: Border;
  healthPath: string;
  tally: Tally;
  state(): RoutingState;
  /** The port of a listening point in a zone. */
  port(zone: string, key: string): number | undefined;
  /** Whether a zone's edge is there and serves. */
  isAlive(zone: string): boolean;
}

/** The public sides of load balancers, and what is known of every balancer's nodes. */
export class Fronts {
  readonly #around: Surroundings;
  readonly #open = new Map<Front, { balancer: string; listenerPort?: number }>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  async open(
    balancer: string,
    at?: Server | { host: string; port: number },
    listenerPort?: number,
  ): Promise<Front> {
    const { border, healthPath } = this.#around;
    const front = new Front(() => this.#nodes(balancer, listenerPort), border, healthPath);
    this.#open.set(front, { balancer, listenerPort });
    if (at) await front.serve(at);
    return front;
  }

  /** To be called when an edge or a zone came or went, or a node's health changed. */
  refresh(): void {
    for (const front of this.#open.keys()) front.refresh();
  }

  close(): void {
    for (const front of this.#open.keys()) front.close();
    this.#open.clear();
  }

  status(balancer: Balancer): BalancerStatus {
    const { tally } = this.#around;
    const weights = this.#around.state().weights[balancer.arn] ?? {};
    const groups = balancer.listeners.flatMap(({ rules }) =>
      rules.flatMap(({ action }) => (action.type === "forward" ? action.groups.map(({ arn }) => arn) : [])),
    );
    return {
      arn: balancer.arn,
      name: balancer.name,
      nodes: this.#nodeStatus(balancer),
      targets: tally
        .targets(new Set(groups))
        .map((target) => ({ ...target, weight: weights[target.zone] ?? 1 })),
      requests: tally.requests(balancer.arn),
      errors: tally.errors(balancer.arn),
    };
  }

  #nodeStatus(balancer: Balancer): BalancerStatus["nodes"] {
    const { tally } = this.#around;
    const front = [...this.#open].find(([, { balancer: arn }]) => arn === balancer.arn)?.[0];
    const seen = new Map(front?.status().map((node) => [node.zone, node]));
    const listener = balancer.listeners[0];
    return this.#nodes(balancer.arn).map(({ zone, alive, weighs }) => {
      // An internal balancer has no front; its name leads every zone to its own node.
      const healthy = alive && listener !== undefined && tally.isHealthy(zone, listenerKey(listener));
      const known = seen.get(zone);
      return {
        zone,
        healthy: known ? known.health === "healthy" : healthy,
        inDns: known ? known.inDns : healthy && weighs,
        requests: tally.nodeRequests(balancer.arn, zone),
      };
    });
  }

  #nodes(arn: string, listenerPort?: number): NodeView[] {
    const { zones, state, port, isAlive } = this.#around;
    const { balancers, weights } = state();
    const listener = findListener(balancers, arn, listenerPort);
    return zones.map((zone) => {
      const at = listener && port(zone, listenerKey(listener));
      return {
        zone,
        alive: isAlive(zone),
        weighs: weights[arn]?.[zone] !== 0,
        ...(at !== undefined && { address: `127.0.0.1:${at}` }),
      };
    });
  }
}

function findListener(balancers: Balancer[], arn: string, port?: number): Listener | undefined {
  const listeners = balancers.find((balancer) => balancer.arn === arn)?.listeners ?? [];
  return port === undefined ? listeners[0] : listeners.find((listener) => listener.port === port);
}
