import { DnsName } from "./dns-name.ts";
import { listenerKey } from "./listening-ports.ts";
import type { NodeView } from "./node-checks.ts";
import type { Partition } from "./partition.ts";
import type { BalancerStatus, RequestTotals } from "./request-counts.ts";
import type { Balancer, RoutingState } from "./state.ts";

/** What the balancers need to know of the network around them. */
export interface Surroundings {
  zones: string[];
  partition: Partition;
  healthPath: string;
  totals: RequestTotals;
  state(): RoutingState;
  /** The port of a listener in a zone, by the listener's key. */
  port(zone: string, key: string): number | undefined;
  /** Whether a zone's proxy is there and serves. */
  isAlive(zone: string): boolean;
}

/** The DNS names of public load balancers, and what is known of every balancer's nodes. */
export class Balancers {
  readonly #around: Surroundings;
  /** By the balancer's ARN. */
  readonly #names = new Map<string, DnsName>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** The DNS name of a balancer's first listener. */
  dnsName(balancer: string): DnsName {
    const { partition, healthPath } = this.#around;
    const name = this.#names.get(balancer) ?? new DnsName(() => this.#nodes(balancer), partition, healthPath);
    this.#names.set(balancer, name);
    return name;
  }

  /** To be called when a proxy or a zone came or went, or a node's health changed. */
  refresh(): void {
    for (const name of this.#names.values()) name.refresh();
  }

  close(): void {
    for (const name of this.#names.values()) name.close();
    this.#names.clear();
  }

  status(balancer: Balancer): BalancerStatus {
    const { totals } = this.#around;
    const weights = this.#around.state().weights[balancer.arn] ?? {};
    const groups = balancer.listeners.flatMap(({ rules }) =>
      rules.flatMap(({ action }) => (action.type === "forward" ? action.groups.map(({ arn }) => arn) : [])),
    );
    return {
      arn: balancer.arn,
      name: balancer.name,
      nodes: this.#nodeStatus(balancer),
      targets: totals
        .targets(new Set(groups))
        .map((target) => ({ ...target, weight: weights[target.zone] ?? 1 })),
      requests: totals.requests(balancer.arn),
      errors: totals.errors(balancer.arn),
    };
  }

  #nodeStatus(balancer: Balancer): BalancerStatus["nodes"] {
    const { totals } = this.#around;
    const seen = new Map(
      this.#names
        .get(balancer.arn)
        ?.status()
        .map((node) => [node.zone, node]),
    );
    const listener = balancer.listeners[0];
    return this.#nodes(balancer.arn).map(({ zone, alive, inRotation }) => {
      // An internal balancer's name leads every zone to its own node: nobody checks it from outside.
      const healthy = alive && listener !== undefined && totals.isHealthy(zone, listenerKey(listener));
      const known = seen.get(zone);
      return {
        zone,
        healthy: known ? known.health === "healthy" : healthy,
        inDns: known ? known.inDns : healthy && inRotation,
        requests: totals.nodeRequests(balancer.arn, zone),
      };
    });
  }

  #nodes(arn: string): NodeView[] {
    const { zones, state, port, isAlive } = this.#around;
    const { balancers, weights } = state();
    const listener = balancers.find((balancer) => balancer.arn === arn)?.listeners[0];
    return zones.map((zone) => {
      const at = listener && port(zone, listenerKey(listener));
      return {
        zone,
        alive: isAlive(zone),
        inRotation: weights[arn]?.[zone] !== 0,
        weight: weights[arn]?.[zone] ?? 1,
        ...(at !== undefined && { address: `127.0.0.1:${at}` }),
      };
    });
  }
}
