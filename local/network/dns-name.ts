import type { Socket } from "node:net";
import { NodeChecks, type NodeHealth, type NodeView } from "./node-checks.ts";
import type { Partition } from "./partition.ts";
import { Rotation } from "./rotation.ts";
import { TcpForwarder, type Upstream } from "./tcp-forwarder.ts";

/** How long a client that gets the refusal may take to send a request. */
const REFUSAL_MS = 2000;
const REFUSAL = [
  "HTTP/1.1 503 Service Unavailable",
  "Content-Type: text/plain",
  "Content-Length: 46",
  "Retry-After: 1",
  "Connection: close",
  "",
  "No zone of this load balancer can be reached.\n",
].join("\r\n");

/**
 * Stands in for the DNS name of a public load balancer: each connection goes to the next node that DNS would name.
 * Left out: names that clients go on using until they expire. A connection to a node that is lost is reset.
 */
export class DnsName {
  readonly #nodes: () => NodeView[];
  readonly #checks: NodeChecks;
  readonly #forwarder: TcpForwarder;
  readonly #rotation = new Rotation();

  /** `healthPath` is where nodes answer health checks. */
  constructor(nodes: () => NodeView[], partition: Partition, healthPath: string) {
    this.#nodes = nodes;
    this.#checks = new NodeChecks(nodes, partition, healthPath);
    this.#forwarder = new TcpForwarder(partition);
    this.#checks.run();
  }

  /** Forwards a client to the next node in turn, or to another when that one refuses. */
  accept(client: Socket): void {
    const nodes = this.#inDns();
    // A zone that comes back is named in a part of the answers; in the others it is tried last.
    const later = new Set(nodes.filter(({ weight }) => weight > 0 && Math.random() >= weight));
    const order = [...this.#rotation.order(nodes.filter((node) => !later.has(node))), ...later];
    this.#forwarder.forward(client, order.flatMap(upstreamOf), refuse);
  }

  /** Asks the nodes for their health now, and resets the connections to those that are gone. */
  refresh(): void {
    this.#checks.run();
    const gone = new Set(this.#nodes().flatMap(({ zone, alive }) => (alive ? [] : [zone])));
    this.#forwarder.reset(({ id }) => gone.has(id));
  }

  /** Each node's health, and whether the balancer's name resolves to it. */
  status(): { zone: string; health: NodeHealth; inDns: boolean }[] {
    const inDns = new Set(this.#inDns().map(({ zone }) => zone));
    return this.#nodes().map((node) => ({
      zone: node.zone,
      health: this.#checks.healthOf(node),
      inDns: inDns.has(node.zone),
    }));
  }

  close(): void {
    this.#checks.stop();
    this.#forwarder.reset(() => true);
  }

  /**
   * Healthy nodes that no shift moved away from. Where there are none the name fails open: to healthy nodes in spite
   * of the shift, then to whatever answers.
   */
  #inDns(): NodeView[] {
    const nodes = this.#nodes().map((node) => ({ ...node, health: this.#checks.healthOf(node) }));
    const healthy = nodes.filter(({ health }) => health === "healthy");
    const alive = nodes.filter(({ health }) => health !== "dead");
    const inRotation = (all: typeof nodes) => all.filter((node) => node.inRotation);
    const choices = [inRotation(healthy), healthy, inRotation(alive), alive];
    return choices.find(({ length }) => length > 0) ?? [];
  }
}

function upstreamOf({ zone, address }: NodeView): Upstream[] {
  return address === undefined ? [] : [{ id: zone, address, zone }];
}

/** Without a node a client gets an answer once it has asked. */
function refuse(client: Socket): void {
  const overdue = setTimeout(() => client.destroy(), REFUSAL_MS);
  client.once("close", () => clearTimeout(overdue));
  client.once("data", () => {
    client.end(REFUSAL);
    client.resume();
  });
  client.resume();
}
