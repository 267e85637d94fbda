import type { ProxyReport, TargetReport, TargetState } from "./messages.ts";

/** A load balancer as `Network.status` shows it. */
export interface BalancerStatus {
  arn: string;
  name: string;
  /** Its node in each zone; `requests` since the network's start. */
  nodes: { zone: string; healthy: boolean; inDns: boolean; requests: number }[];
  /** `weight` is 0 where a zonal shift moved traffic away from the target's zone. */
  targets: { group: string; id: string; zone: string; state: TargetState; weight: number }[];
  /** Target's zone -> requests that were sent there. */
  requests: Record<string, number>;
  /** Status -> responses that the load balancer made up itself. */
  errors: Record<string, number>;
}

/** Adds up what the zones' proxies report. */
export class RequestTotals {
  readonly #latest = new Map<string, ProxyReport>();
  /** Balancer -> node's zone -> target's zone -> requests. */
  readonly #requests = new Map<string, Map<string, Record<string, number>>>();
  readonly #errors = new Map<string, Record<string, number>>();

  /** Keeps what a proxy sees now. */
  see(zone: string, report: ProxyReport): void {
    this.#latest.set(zone, report);
  }

  /** Adds what a proxy counted since its last report. */
  count(zone: string, report: ProxyReport): void {
    for (const [arn, counts] of Object.entries(report.requests)) {
      const byNode = this.#requests.get(arn) ?? new Map<string, Record<string, number>>();
      this.#requests.set(arn, byNode.set(zone, sum(byNode.get(zone) ?? {}, counts)));
    }
    for (const [arn, counts] of Object.entries(report.errors)) {
      this.#errors.set(arn, sum(this.#errors.get(arn) ?? {}, counts));
    }
  }

  /** Forgets what a proxy saw; its counts stay. */
  forget(zone: string): void {
    this.#latest.delete(zone);
  }

  /** What a proxy last reported of its listeners' health. */
  healthy(zone: string): Record<string, boolean> {
    return this.#latest.get(zone)?.healthy ?? {};
  }

  /** Whether a proxy has reported healthy targets for a listener, by the listener's key. */
  isHealthy(zone: string, listener: string): boolean {
    return this.healthy(zone)[listener] ?? false;
  }

  /** Requests of a balancer's node in `zone`. */
  nodeRequests(arn: string, zone: string): number {
    return Object.values(this.#requests.get(arn)?.get(zone) ?? {}).reduce((all, count) => all + count, 0);
  }

  requests(arn: string): Record<string, number> {
    return [...(this.#requests.get(arn)?.values() ?? [])].reduce(sum, {});
  }

  errors(arn: string): Record<string, number> {
    return { ...this.#errors.get(arn) };
  }

  /** Targets of some groups, each with the state that most of the proxies see. */
  targets(groups: Set<string>): TargetReport[] {
    const reported = [...this.#latest.values()].flatMap(({ targets }) => targets);
    const wanted = reported.filter(({ group }) => groups.has(group));
    const seen = Map.groupBy(wanted, ({ group, id }) => `${group} ${id}`);
    return [...seen.values()].map(mostSeen).sort((a, b) => a.id.localeCompare(b.id));
  }
}

function mostSeen(reports: TargetReport[]): TargetReport {
  const votes = (state: TargetState) => reports.filter((report) => report.state === state).length;
  return [...reports].sort((a, b) => votes(b.state) - votes(a.state))[0] as TargetReport;
}

function sum(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const total = { ...a };
  for (const [key, count] of Object.entries(b)) total[key] = (total[key] ?? 0) + count;
  return total;
}
