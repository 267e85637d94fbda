import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { mkdirSync } from "node:fs";
import type { Server } from "node:net";
import { setTimeout } from "node:timers/promises";
import { Border } from "./partition.ts";
import { bundleEdge } from "./bundle.ts";
import { EdgeProcess } from "./zone-proxy-process.ts";
import type { Front } from "./dns-name.ts";
import { Fronts } from "./balancers.ts";
import type { EdgeReport } from "./messages.ts";
import { points } from "./listening-ports.ts";
import { ZonePorts } from "./ports.ts";
import type { RoutingState } from "./state.ts";
import { type BalancerStatus, Tally } from "./request-counts.ts";
import { Zones } from "./zone-leases.ts";

const START_TIMEOUT_MS = 10_000;
/** How long `apply` waits for edges to take a state; a frozen one never does. */
const APPLY_TIMEOUT_MS = 2000;

export interface NetworkOptions {
  /** Names of the availability zones; each gets an edge process. */
  zones: string[];
  logDirectory: string;
  /** Where the edge's bundled program is written. @default logDirectory */
  directory?: string;
  /** Told in words what happens to edges. */
  onReport?: (message: string) => void;
}

export interface NetworkStatus {
  edges: { zone: string; pid?: number; ready: boolean; restarts: number }[];
  balancers: BalancerStatus[];
}

interface NetworkEvents {
  zone: [zone: string, ready: boolean];
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
 * The network of a few zones on one machine: an edge process a zone, and the fronts of public load balancers.
 * Emits `zone` with a zone's name and whether it is ready: it isn't once its edge was silent for 2 s.
 */
export class Network extends EventEmitter<NetworkEvents> {
  readonly #options: NetworkOptions;
  readonly #edges = new Map<string, EdgeProcess>();
  readonly #ports: ZonePorts;
  readonly #fronts: Fronts;
  readonly #zones: Zones;
  readonly #tally = new Tally();
  readonly #border = new Border("");
  readonly #healthPath = `/.node/${randomUUID()}`;
  readonly #cut = new Set<string>();
  /** Zone -> what its edge can't listen on. */
  readonly #problems = new Map<string, string[]>();
  #state = NOTHING;

  private constructor(options: NetworkOptions, program: string) {
    super();
    this.#options = options;
    this.#zones = new Zones(options.zones);
    this.#ports = new ZonePorts(options.zones);
    this.#fronts = new Fronts({
      zones: options.zones,
      border: this.#border,
      healthPath: this.#healthPath,
      tally: this.#tally,
      state: () => this.#state,
      port: (zone, key) => this.#ports.of(zone)[key],
      isAlive: (zone) => this.#zones.isReady(zone) && this.#edge(zone).serving,
    });
    this.#zones.on("zone", (zone, ready) => this.#zoneChanged(zone, ready));
    for (const zone of options.zones) {
      const edge = new EdgeProcess(program, { zone, healthPath: this.#healthPath }, options.logDirectory);
      edge.on("beat", (report) => this.#heard(zone, report));
      edge.on("gone", (reason, expected) => this.#gone(zone, reason, expected));
      edge.on("applied", (_version, problems) => this.#applied(zone, problems));
      this.#edges.set(zone, edge);
    }
  }

  /** Resolves when every zone's edge answers; rejects, with nothing left behind, when one doesn't in 10 s. */
  static async start(options: NetworkOptions): Promise<Network> {
    mkdirSync(options.logDirectory, { recursive: true });
    const program = await bundleEdge(options.directory ?? options.logDirectory);
    const network = new Network(options, program);
    try {
      await network.#startEdges();
      return network;
    } catch (error) {
      await network.stop();
      throw error;
    }
  }

  /**
   * Makes `state` the state of every edge, and resolves when all that can be reached have it.
   * The addresses of `lookup` are there when the first call with a name has resolved.
   */
  async apply(state: RoutingState): Promise<void> {
    this.#state = state;
    await this.#ports.allocate(points(state));
    await this.#push();
  }

  /** Names of the graph -> where a pod in `zone` reaches them; both are `host:port`. */
  lookup(zone: string): Record<string, string> {
    return this.#ports.lookup(zone, points(this.#state));
  }

  /**
   * Opens a balancer's public side. Without `at` the caller hands connections to the front's `accept`.
   * `listenerPort` is the port that the program declares; by default the balancer's first.
   */
  async front(
    balancer: string,
    at?: Server | { host: string; port: number },
    listenerPort?: number,
  ): Promise<Front> {
    return this.#fronts.open(balancer, at, listenerPort);
  }

  /** Ends a zone's edge with SIGKILL until `restart`. */
  kill(zone: string): void {
    this.#edge(zone).kill();
  }

  freeze(zone: string): void {
    this.#edge(zone).signal("SIGSTOP");
  }

  thaw(zone: string): void {
    this.#edge(zone).signal("SIGCONT");
  }

  restart(zone: string): void {
    this.#edge(zone).start();
  }

  /** Cuts a zone off from the other zones, the outside and the control plane; what is in it still reaches itself. */
  cut(zone: string, on: boolean): void {
    const edge = this.#edge(zone);
    if (on) this.#cut.add(zone);
    else this.#cut.delete(zone);
    this.#border.cut([...this.#cut]);
    for (const each of this.#edges.values()) each.cut([...this.#cut]);
    edge.reachable = !on;
    edge.sync();
  }

  /** Ends every fault of a zone. */
  heal(zone: string): void {
    this.cut(zone, false);
    this.thaw(zone);
    this.restart(zone);
  }

  status(): NetworkStatus {
    return {
      edges: [...this.#edges].map(([zone, { pid, restarts }]) => ({
        zone,
        ...(pid !== undefined && { pid }),
        ready: this.#zones.isReady(zone),
        restarts,
      })),
      balancers: this.#state.balancers.map((balancer) => this.#fronts.status(balancer)),
    };
  }

  /** Lets requests under way finish for at most `graceMs`, then ends every edge and front. */
  async stop(graceMs = 2000): Promise<void> {
    this.#zones.stop();
    for (const zone of this.#edges.keys()) this.thaw(zone);
    await Promise.all([...this.#edges.values()].map((edge) => edge.stop(graceMs)));
    this.#fronts.close();
  }

  async #startEdges(): Promise<void> {
    const signal = AbortSignal.timeout(START_TIMEOUT_MS);
    for (const edge of this.#edges.values()) edge.start();
    try {
      while (this.#options.zones.some((zone) => !this.#zones.isReady(zone))) {
        await once(this.#zones, "zone", { signal });
      }
    } catch {
      const silent = this.#options.zones.filter((zone) => !this.#zones.isReady(zone));
      throw new Error(
        `the edge of ${silent.join(", ")} did not start in ${START_TIMEOUT_MS / 1000} s; see edge-*.log in ${this.#options.logDirectory}`,
      );
    }
  }

  async #push(): Promise<void> {
    const ready = this.#zones.all();
    const waits = [...this.#edges].map(([zone, edge]) => {
      const version = edge.push({ state: this.#state, ready, ports: this.#ports.of(zone) });
      return this.#zones.isReady(zone) && edge.reachable && edge.pid !== undefined
        ? edge.taken(version)
        : undefined;
    });
    await Promise.race([Promise.all(waits), setTimeout(APPLY_TIMEOUT_MS, undefined, { ref: false })]);
  }

  #heard(zone: string, report: EdgeReport): void {
    this.#tally.count(zone, report);
    // The control plane doesn't hear a zone that is cut off.
    if (this.#cut.has(zone)) return;
    const before = JSON.stringify(this.#tally.healthy(zone));
    this.#tally.see(zone, report);
    this.#zones.heard(zone);
    if (JSON.stringify(report.healthy) !== before) this.#fronts.refresh();
  }

  #applied(zone: string, problems: string[]): void {
    const known = this.#problems.get(zone) ?? [];
    for (const problem of problems) {
      if (!known.includes(problem)) this.#options.onReport?.(`edge ${zone}: ${problem}`);
    }
    this.#problems.set(zone, problems);
    this.#fronts.refresh();
  }

  #gone(zone: string, reason: string, expected: boolean): void {
    this.#tally.forget(zone);
    this.#fronts.refresh();
    if (!expected) this.#options.onReport?.(`edge ${zone} ended (${reason}) and is started again`);
  }

  #zoneChanged(zone: string, ready: boolean): void {
    if (!ready) this.#tally.forget(zone);
    void this.#push();
    this.#fronts.refresh();
    this.emit("zone", zone, ready);
  }

  #edge(zone: string): EdgeProcess {
    const edge = this.#edges.get(zone);
    if (edge) return edge;
    throw new Error(`there is no zone ${zone}; the zones are ${[...this.#edges.keys()].join(", ")}`);
  }
}
