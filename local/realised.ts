import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import type { Outputs } from "../config/index.ts";
import type { Graph } from "../engine/index.ts";
import { SERVICES } from "../services/build/images.ts";
import type { Addresses } from "./addresses.ts";
import {
  arcApp,
  declaredAutoshift,
  endAutoshift,
  managedResources,
  startAutoshift,
  ZonalShifts,
} from "./arc/index.ts";
import { modelBucket } from "./buckets.ts";
import { Databases } from "./databases.ts";
import type { DiskSpace } from "./disk-space.ts";
import { Faults } from "./faults.ts";
import { Network, type Routing, routing } from "./network/index.ts";
import { type Hold, Pods } from "./pods/index.ts";
import { identify } from "./processes.ts";
import { RampedWeights } from "./ramped-weights.ts";
import { keyFiles, Secrets } from "./secrets.ts";
import { ShiftedZones } from "./shifted-zones.ts";
import type { State } from "./state.ts";
import type { Status } from "./status.ts";

interface RealisedOptions {
  graph: Graph;
  outputs: Outputs;
  state: State;
  addresses: Addresses;
  autoscale: boolean;
  /** Milliseconds that a database's failover waits. */
  failoverDelayMs?: number;
  /** Of the state. */
  disk: DiskSpace;
  /** The supervisor's control API, which stands for Kubernetes' API too. */
  control: { url: string; token: string };
  /** Gets a sentence on each problem that no caller waits for. */
  report: (message: string) => void;
}

/** How long all pods, or the balancers' targets after them, may take to become ready, in milliseconds. */
const readyTimeoutMs = 120_000;

/** Kubernetes's `--horizontal-pod-autoscaler-sync-period`. */
const scaleEveryMs = 15_000;

/** What requests under way get to finish when the platform ends, in milliseconds. */
const stopGraceMs = 5000;

/** A graph as processes in three zones. Every change of a pod, a primary or a shift makes a new routing state. */
export class Realised {
  readonly faults: Faults;
  readonly #options: RealisedOptions;
  readonly #zones: string[];
  readonly #routing: Routing;
  readonly #network: Network;
  readonly #shifts: ZonalShifts;
  readonly #databases: Databases;
  readonly #pods: Pods;
  readonly #weights: RampedWeights;
  #recorded = "";

  private constructor(
    options: RealisedOptions,
    network: Network,
    shifts: ZonalShifts,
    secrets: Secrets,
    /** What pods name in AWS -> where it is on this machine. */
    standIns: Record<string, string>,
  ) {
    const { graph, outputs, state, failoverDelayMs, report } = options;
    this.#options = options;
    this.#zones = outputs.zones.map(({ name }) => name);
    this.#routing = routing(graph);
    this.#network = network;
    this.#shifts = shifts;
    this.#weights = new RampedWeights(shifts);
    this.#databases = new Databases({ graph, zones: this.#zones, state, secrets, failoverDelayMs, report });
    this.#pods = new Pods({
      graph,
      zones: outputs.zones,
      images: (image) => {
        const service = serviceOf(image);
        return service && SERVICES.includes(service) ? state.path("images", service) : undefined;
      },
      secrets: async (arn) => secrets.read(arn),
      lookup: (zone) => ({ ...network.lookup(zone), ...standIns }),
      directory: state.path("volumes"),
      logDirectory: state.folder("logs"),
      scaleEveryMs: options.autoscale ? scaleEveryMs : undefined,
    });
    this.faults = new Faults(() => [this.#pods, ...this.#databases.instances, network]);
  }

  /** Starts what pods stand on: the zones' network, the issuer, ARC and the databases. Nothing is left on an error. */
  static async start(options: RealisedOptions): Promise<Realised> {
    const { graph, outputs, state, addresses, report } = options;
    const zones = outputs.zones.map(({ name }) => name);
    const secrets = await Secrets.open(state.path("secrets.json"), graph);
    const standIns = {
      ...(await keyFiles(graph, state)),
      ...(await modelBucket(outputs, state)),
      ...kubernetesApi(options.control),
    };
    const shifts = await ZonalShifts.open({
      resources: managedResources(graph),
      declared: declaredAutoshift(graph),
      file: state.path("arc.json"),
      report,
    });
    const network = await Network.start({
      zones,
      logDirectory: state.folder("logs"),
      directory: state.folder("run"),
      onReport: report,
    });
    let realised: Realised | undefined;
    try {
      realised = new Realised(options, network, shifts, secrets, standIns);
      addresses.serveHttp(outputs.arcEndpoint, createServer(getRequestListener(arcApp(shifts).fetch)));
      // Loaded late: it takes a while, and the public port and the data folder are checked first.
      const { startUserPools } = await import("./issuer/index.ts");
      await Promise.all([startUserPools({ graph, state, addresses }), realised.#databases.start()]);
      await realised.#connect();
      return realised;
    } catch (error) {
      await (realised ?? network).stop();
      throw error;
    }
  }

  /** Runs the Jobs and the Deployments; resolves when every pod is ready. */
  async startPods(): Promise<void> {
    await Promise.all([this.#pods.start(), this.#pods.ready(readyTimeoutMs)]);
  }

  /** Resolves when every balancer's every target takes traffic. */
  async settle(signal: AbortSignal): Promise<void> {
    const end = Date.now() + readyTimeoutMs;
    for (;;) {
      const groups = this.#network.status().balancers.map(({ targets }) => targets);
      const waiting = groups.flat().filter(({ state }) => state !== "healthy");
      if (waiting.length === 0 && groups.every(({ length }) => length > 0)) return;
      const names = waiting.map(({ id }) => id).join(", ");
      if (Date.now() > end) throw new Error(`the load balancers found no healthy ${names || "targets"}`);
      await sleep(50, undefined, { signal });
    }
  }

  status(): Omit<Status, "stack" | "state"> {
    const { proxies, balancers } = this.#network.status();
    const weights = this.#weights.weights();
    return {
      zones: this.#options.outputs.zones.map(({ name, id }) => ({
        name,
        id,
        ready: proxies.some(({ zone, ready }) => zone === name && ready),
        faults: this.faults.of(name),
      })),
      pods: this.#pods
        .status()
        .map((pod) => ({ ...pod, service: pod.workload, startedAt: pod.startedAt?.toISOString() })),
      autoscalers: this.#pods.autoscalers.status(),
      rollouts: this.#pods.rollouts(),
      balancers: balancers.map((balancer) => ({ ...balancer, weights: weights[balancer.arn] ?? {} })),
      databases: this.#databases.status(),
    };
  }

  /** Replaces a service's pods in a zone, one after the other. Throws where there are none. */
  restart(zone: string, service: string): void {
    this.#pods.restart(zone, service);
  }

  /** Does now what a CronJob of the scheduled pre-scaling does when it is due. Throws where there is none of that name. */
  preScale(name: string): void {
    this.#pods.autoscalers.run(name);
  }

  /** Keeps at least so many pods for a while. Throws for a service that has no autoscaler. */
  holdPods(hold: Hold): void {
    this.#pods.autoscalers.hold(hold);
  }

  /** Moves the database's primary to another zone. Throws where it can't. */
  failOver(): void {
    this.#databases.failOver();
  }

  /** Starts an autoshift away from the zone with this name or id, or ends the one that is active. */
  async autoshift(wanted: string | undefined): Promise<void> {
    if (wanted === undefined) return void (await this.#shifts.change(endAutoshift()));
    const zone = this.#options.outputs.zones.find(({ name, id }) => name === wanted || id === wanted);
    await this.#shifts.change(startAutoshift(zone?.id ?? wanted));
  }

  /** Ends everything that was started; what doesn't end in time is killed. */
  async stop(): Promise<void> {
    this.#weights.close();
    await this.#pods.stop({ graceMs: stopGraceMs });
    await Promise.all([this.#network.stop(), this.#databases.stop(), this.#shifts.close()]);
  }

  async #connect(): Promise<void> {
    const { addresses, outputs, report } = this.#options;
    const apply = () => {
      this.#record();
      this.#route().catch((error: Error) => report(`the network did not take a change: ${error.message}`));
    };
    await this.#route();
    for (const { arn, url } of [outputs.loadBalancers.public, outputs.loadBalancers.internal]) {
      const name = this.#network.dnsName(arn);
      addresses.onConnection(url, (socket) => name.accept(socket));
    }
    for (const { address, accept } of this.#databases.fronts()) addresses.onConnection(address, accept);
    this.#network.on("zone", (zone, ready) => this.#pods.markZone(zone, ready));
    this.#pods.on("change", apply);
    this.#pods.on("warning", (problem) => report(problem.message));
    const shifted = new ShiftedZones({
      zones: this.#zones,
      clusters: this.#routing.clusters,
      pods: this.#pods,
      targets: (arn) => this.#network.status().balancers.find((one) => one.arn === arn)?.targets ?? [],
      report,
    });
    shifted.cordon(this.#shifts.weights());
    this.#weights.on("change", () => {
      const weights = this.#shifts.weights();
      shifted.cordon(weights);
      this.#record();
      this.#route()
        // Asked for before, clients would come back to the zone.
        .then(() => shifted.move(weights))
        .catch((error: Error) => report(`the network did not take a change: ${error.message}`));
    });
    this.#databases.on("change", apply);
    this.#options.disk.on("space", () => this.#record());
  }

  #route(): Promise<void> {
    return this.#network.apply({
      ...this.#routing,
      pods: this.#pods.endpoints(),
      endpoints: this.#databases.endpoints(),
      weights: this.#weights.weights(),
    });
  }

  /** So that the next start finds what a killed supervisor left, also where it is frozen and can't end by itself. */
  #record(): void {
    const pids = [...this.#pods.status(), ...this.#network.status().proxies].flatMap(({ pid }) => pid ?? []);
    if (pids.join() === this.#recorded) return;
    this.#recorded = pids.join();
    const children = pids.flatMap((pid) => identify(pid) ?? []);
    this.#options.state.record({ children }).catch((error: Error) => {
      this.#recorded = "";
      this.#options.report(`run.json could not be written: ${error.message}`);
    });
  }
}

/** Kubernetes' API, and what the guard reads there, are the supervisor's; its token is the URL's password. */
function kubernetesApi({ url, token }: RealisedOptions["control"]): Record<string, string> {
  const own = url.replace("://", `://:${token}@`);
  const api = "https://kubernetes.default.svc";
  return { [api]: own, [`kubernetes+${api}`]: `supervisor+${own}` };
}

/** `trading` of `registry/trizone/trading:0.1.0` or `…/trading@sha256:…`; none of an image that isn't the project's. */
function serviceOf(image: string): string | undefined {
  return /(?:^|\/)trizone\/([^/:@]+)(?::[^/@]+)?(?:@.*)?$/.exec(image)?.[1];
}
