import { askStatus, type Partition } from "./partition.ts";

const INTERVAL_MS = 1000;
const TIMEOUT_MS = 1000;
const FAILURES_OUT = 2;

/** `empty`: the node answers, but has no healthy target. */
export type NodeHealth = "healthy" | "empty" | "dead";

/** A balancer's node in one zone, as far as the supervisor knows it. */
export interface NodeView {
  zone: string;
  /** `127.0.0.1:port`; absent until the node has a port. */
  address?: string;
  /** False as soon as the zone or its proxy is known to be gone. */
  alive: boolean;
  /** False where a zonal shift moved traffic away. */
  inRotation: boolean;
  /** Of its turns, the share that it takes: below 1 while a zone comes back. */
  weight: number;
}

/** Health checks of a balancer's nodes from outside, as Route 53 makes them: two failures out, one success in. */
export class NodeChecks {
  readonly #nodes: () => NodeView[];
  readonly #partition: Partition;
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  /** Address -> failures in a row and the last answer; a node is unknown until it has answered once. */
  readonly #known = new Map<string, { failures: number; healthy: boolean }>();

  constructor(nodes: () => NodeView[], partition: Partition, path: string) {
    this.#nodes = nodes;
    this.#partition = partition;
    this.#path = path;
    this.#timer = setInterval(() => this.run(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  healthOf({ address, alive }: NodeView): NodeHealth {
    const known = address === undefined ? undefined : this.#known.get(address);
    if (!alive || !known || known.failures >= FAILURES_OUT) return "dead";
    return known.healthy ? "healthy" : "empty";
  }

  /** Asks every node now. */
  run(): void {
    for (const node of this.#nodes()) void this.#check(node);
  }

  async #check({ address, zone, alive }: NodeView): Promise<void> {
    if (address === undefined) return;
    // A node that was gone counts as unknown until it answers again.
    if (!alive) this.#known.delete(address);
    const status = alive ? await askStatus(this.#partition, address, zone, this.#path, TIMEOUT_MS) : 0;
    const known = this.#known.get(address);
    if (status > 0) this.#known.set(address, { failures: 0, healthy: status === 200 });
    else if (known) known.failures += 1;
  }
}
