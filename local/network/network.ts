import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { mkdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { SoftFault } from "../faults.ts";
import { Balancers } from "./balancers.ts";
import type { DnsName } from "./dns-name.ts";
import { type Impairments, together, UNIMPAIRED } from "./impairment.ts";
import { ListeningPorts } from "./listening-ports.ts";
import type { ProxyReport } from "./messages.ts";
import { Partition } from "./partition.ts";
import { type BalancerStatus, RequestTotals } from "./request-counts.ts";
import type { RoutingState } from "./state.ts";
import { ZoneLeases } from "./zone-leases.ts";
import { bundleProxy, ZoneProxyProcess } from "./zone-proxy-process.ts";

const START_TIMEOUT_MS = 10_000;
/** How long proxies have to take a state or faults; a frozen one never does. */
const APPLY_TIMEOUT_MS = 2000;

interface NetworkOptions {
  /** Names of the availability zones; each gets a proxy process. */
  zones: string[];
  logDirectory: string;
  /** Where the proxy's bundled program is written. @default logDirectory */
  directory?: string;
  /** Gets a sentence on each thing that goes wrong with a proxy. */
  onReport?: (message: string) => void;
}

interface NetworkStatus {
  proxies: { zone: string; pid?: number; ready: boolean; restarts: number }[];
  balancers: BalancerStatus[];
}

const NOTHING: RoutingState = {
  balancers: [],
  groups: [],
  services: [],
  clusters: [],
  pods: [],
  endpoints: [],
  weights: {},
};

/**
 * The network of a few zones on one machine: a proxy process a zone, and the DNS names of public load balancers.
 * Emits `zone` with a zone's name and whether it is ready: it isn't once its proxy sent no heartbeat for 2 s.
 */
export class Network extends EventEmitter<{ zone: [zone: string, ready: boolean] }> {
  readonly #options: NetworkOptions;
  readonly #proxies = new Map<string, ZoneProxyProcess>();
  readonly #ports: ListeningPorts;
  readonly #balancers: Balancers;
  readonly #zones: ZoneLeases;
  readonly #totals = new RequestTotals();
  readonly #partition = new Partition("");
  readonly #healthPath = `/.node/${randomUUID()}`;
  readonly #cut = new Set<string>();
  readonly #impairments: Impairments = {};
  /** Zone -> what its proxy can't listen on. */
  readonly #problems = new Map<string, string[]>();
  #state = NOTHING;

  private constructor(options: NetworkOptions, program: string) {
    super();
    this.#options = options;
    this.#zones = new ZoneLeases(options.zones);
    this.#ports = new ListeningPorts(options.zones);
    this.#balancers = new Balancers({
      zones: options.zones,
      partition: this.#partition,
      healthPath: this.#healthPath,
      totals: this.#totals,
      state: () => this.#state,
      port: (zone, key) => this.#ports.of(zone)[key],
      isAlive: (zone) => this.#zones.isReady(zone) && this.#proxy(zone).serving,
    });
    this.#zones.on("zone", (zone, ready) => this.#zoneChanged(zone, ready));
    for (const zone of options.zones) {
      const proxy = new ZoneProxyProcess(
        program,
        { zone, healthPath: this.#healthPath },
        options.logDirectory,
      );
      proxy.on("heartbeat", (report) => this.#heartbeat(zone, report));
      proxy.on("gone", (reason, expected) => this.#gone(zone, reason, expected));
      proxy.on("applied", (_version, problems) => this.#applied(zone, problems));
      this.#proxies.set(zone, proxy);
    }
  }

  /** Resolves when every zone's proxy answers; rejects, with nothing left behind, when one doesn't in 10 s. */
  static async start(options: NetworkOptions): Promise<Network> {
    mkdirSync(options.logDirectory, { recursive: true });
    const program = await bundleProxy(options.directory ?? options.logDirectory);
    const network = new Network(options, program);
    try {
      await network.#startProxies();
      return network;
    } catch (error) {
      await network.stop();
      throw error;
    }
  }

  /**
   * Makes `state` the state of every proxy, and resolves when all that can be reached have it.
   * The addresses of `lookup` are there when the first call with a name has resolved.
   */
  async apply(state: RoutingState): Promise<void> {
    this.#state = state;
    await this.#ports.allocate(state);
    await this.#push();
  }

  /** Names of the graph -> where a pod in `zone` reaches them; see `ListeningPorts.lookup`. */
  lookup(zone: string): Record<string, string> {
    return this.#ports.lookup(zone, this.#state);
  }

  /** The DNS name of the balancer with this ARN; the caller listens on its address and gives the connections to `accept`. */
  dnsName(balancer: string): DnsName {
    return this.#balancers.dnsName(balancer);
  }

  /** Ends a zone's proxy with SIGKILL until `heal`. */
  kill(zone: string): void {
    this.#proxy(zone).kill();
  }

  freeze(zone: string): void {
    this.#proxy(zone).signal("SIGSTOP");
  }

  /** Cuts a zone off from the other zones, the outside and the control plane; what is in it still reaches itself. */
  async cut(zone: string, on: boolean): Promise<void> {
    const proxy = this.#proxy(zone);
    if (on) this.#cut.add(zone);
    else this.#cut.delete(zone);
    proxy.reachable = !on;
    proxy.sync();
    await this.#pushFaults();
  }

  /** Makes traffic between the zone and others slow or failing: of the faults, those that have a direction. */
  async setFaults(zone: string, faults: readonly SoftFault[]): Promise<void> {
    this.#proxy(zone);
    const towards = (direction: "in" | "out") =>
      faults
        .filter((fault) => fault.direction === direction)
        .map(({ latencyMs = 0, errorShare = 0 }) => ({ latencyMs, errorShare }))
        .reduce(together, UNIMPAIRED);
    this.#impairments[zone] = { in: towards("in"), out: towards("out") };
    await this.#pushFaults();
  }

  /** Ends every fault of a zone. */
  async heal(zone: string): Promise<void> {
    this.#proxy(zone).signal("SIGCONT");
    this.#proxy(zone).start();
    await this.cut(zone, false);
  }

  status(): NetworkStatus {
    return {
      proxies: [...this.#proxies].map(([zone, { pid, restarts }]) => ({
        zone,
        ...(pid !== undefined && { pid }),
        ready: this.#zones.isReady(zone),
        restarts,
      })),
      balancers: this.#state.balancers.map((balancer) => this.#balancers.status(balancer)),
    };
  }

  /** Lets requests under way finish for at most `graceMs`, then ends every proxy and connection. */
  async stop(graceMs = 2000): Promise<void> {
    this.#zones.stop();
    for (const proxy of this.#proxies.values()) proxy.signal("SIGCONT");
    await Promise.all([...this.#proxies.values()].map((proxy) => proxy.stop(graceMs)));
    this.#balancers.close();
  }

  async #startProxies(): Promise<void> {
    const signal = AbortSignal.timeout(START_TIMEOUT_MS);
    for (const proxy of this.#proxies.values()) proxy.start();
    try {
      while (this.#options.zones.some((zone) => !this.#zones.isReady(zone))) {
        await once(this.#zones, "zone", { signal });
      }
    } catch {
      const silent = this.#options.zones.filter((zone) => !this.#zones.isReady(zone));
      throw new Error(
        `the proxy of ${silent.join(", ")} did not start in ${START_TIMEOUT_MS / 1000} s; its reason is in proxy-*.log in ${this.#options.logDirectory}`,
      );
    }
  }

  async #push(): Promise<void> {
    const ready = this.#zones.all();
    const waits = [...this.#proxies].map(([zone, proxy]) => {
      const version = proxy.push({ state: this.#state, ready, ports: this.#ports.of(zone) });
      return this.#zones.isReady(zone) && proxy.reachable && proxy.pid !== undefined
        ? proxy.taken(version)
        : undefined;
    });
    await this.#inTime(waits);
  }

  async #pushFaults(): Promise<void> {
    const faults = { cut: [...this.#cut], impairments: { ...this.#impairments } };
    this.#partition.apply(faults);
    const waits = [...this.#proxies].map(([zone, proxy]) => {
      const taken = proxy.fault(faults);
      return this.#zones.isReady(zone) ? taken : undefined;
    });
    await this.#inTime(waits);
  }

  async #inTime(waits: (Promise<void> | undefined)[]): Promise<void> {
    await Promise.race([Promise.all(waits), sleep(APPLY_TIMEOUT_MS, undefined, { ref: false })]);
  }

  #heartbeat(zone: string, report: ProxyReport): void {
    this.#totals.count(zone, report);
    // Of a zone that is cut off no heartbeat reaches the control plane.
    if (this.#cut.has(zone)) return;
    const before = JSON.stringify(this.#totals.healthy(zone));
    this.#totals.see(zone, report);
    this.#zones.renew(zone);
    if (JSON.stringify(report.healthy) !== before) this.#balancers.refresh();
  }

  #applied(zone: string, problems: string[]): void {
    const known = this.#problems.get(zone) ?? [];
    for (const problem of problems) {
      if (!known.includes(problem)) this.#options.onReport?.(`the proxy of zone ${zone}: ${problem}`);
    }
    this.#problems.set(zone, problems);
    this.#balancers.refresh();
  }

  #gone(zone: string, reason: string, expected: boolean): void {
    this.#totals.forget(zone);
    this.#balancers.refresh();
    if (!expected)
      this.#options.onReport?.(`the proxy of zone ${zone} ended (${reason}) and is started again`);
  }

  #zoneChanged(zone: string, ready: boolean): void {
    if (!ready) this.#totals.forget(zone);
    void this.#push();
    this.#balancers.refresh();
    this.emit("zone", zone, ready);
  }

  #proxy(zone: string): ZoneProxyProcess {
    const proxy = this.#proxies.get(zone);
    if (proxy) return proxy;
    throw new Error(`there is no zone ${zone}; the zones are ${[...this.#proxies.keys()].join(", ")}`);
  }
}
