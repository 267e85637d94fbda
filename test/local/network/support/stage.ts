import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Network, type RoutingState, routing } from "../../../../local/network/index.ts";
import { PUBLIC, shop, type Variation } from "./graph.ts";
import { endPod, type RunningPod, startPod } from "./pods.ts";

const ZONES = ["a", "b", "c"];

/** A network with real proxies and pods, by default one a zone, and a public address. */
export class Stage {
  readonly network: Network;
  readonly pods: RunningPod[];
  readonly directory: string;
  state: RoutingState;
  /** `127.0.0.1:port` of the public balancer. */
  publicHost = "";
  #server: Server | undefined;

  private constructor(network: Network, pods: RunningPod[], directory: string, variation: Variation) {
    this.network = network;
    this.pods = pods;
    this.directory = directory;
    this.state = { ...routing(shop(variation)), pods, endpoints: [], weights: {} };
  }

  static async open(variation: Variation = {}, perZone = 1): Promise<Stage> {
    const directory = mkdtempSync(join(tmpdir(), "network-"));
    const starting = ZONES.flatMap((zone) =>
      Array.from({ length: perZone }, (_, index) => startPod("front", zone, index)),
    );
    const network = await Network.start({ zones: ZONES, logDirectory: directory });
    const stage = new Stage(network, await Promise.all(starting), directory, variation);
    await stage.apply();
    const name = network.dnsName(PUBLIC);
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
      name.accept(socket),
    );
    stage.#server = server.listen(0, "127.0.0.1");
    await once(server, "listening");
    stage.publicHost = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    await stage.until(() => stage.inDns().length === 3 && stage.targetsAre("healthy"));
    return stage;
  }

  async close(): Promise<void> {
    await this.network.stop(200);
    this.#server?.close();
    await Promise.all(this.pods.map(endPod));
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** What the proxies wrote. */
  logs(): string {
    return ZONES.map((zone) => readFileSync(join(this.directory, `proxy-${zone}.log`), "utf8")).join("\n");
  }

  /** Changes parts of the state. */
  async apply(change: Partial<RoutingState> = {}): Promise<void> {
    this.state = { ...this.state, ...change };
    const pods = this.state.pods.map(({ child: _, ...pod }: Partial<RunningPod>) => pod);
    await this.network.apply({ ...this.state, pods: pods as RoutingState["pods"] });
  }

  /** Marks pods, as the endpoint controller does. */
  async mark(change: Partial<RunningPod>, which: (pod: RunningPod) => boolean): Promise<void> {
    for (const pod of this.pods) if (which(pod)) Object.assign(pod, change);
    await this.apply();
  }

  pod(zone: string): RunningPod {
    const pod = this.pods.find((one) => one.zone === zone);
    if (!pod) throw new Error(`no pod in zone ${zone}`);
    return pod;
  }

  inDns(arn = PUBLIC): string[] {
    return this.balancer(arn).nodes.flatMap(({ zone, inDns }) => (inDns ? [zone] : []));
  }

  balancer(arn = PUBLIC) {
    const found = this.network.status().balancers.find((balancer) => balancer.arn === arn);
    if (!found) throw new Error(`no balancer ${arn}`);
    return found;
  }

  /** Requests that its targets got so far; proxies report them a moment later. */
  requests(arn = PUBLIC): number {
    return Object.values(this.balancer(arn).requests).reduce((sum, one) => sum + one, 0);
  }

  targetsAre(state: string): boolean {
    const { targets } = this.balancer();
    return targets.length === this.pods.length && targets.every((target) => target.state === state);
  }

  /** Waits for something that the network reports, looking often. */
  async until(condition: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
    const end = performance.now() + timeoutMs;
    while (!(await condition())) {
      if (performance.now() > end) {
        throw new Error(
          `did not come about in ${timeoutMs} ms: ${condition}\n${JSON.stringify(this.network.status())}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
