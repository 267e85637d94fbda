import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { Border } from "./partition.ts";
import { Rotation } from "./rotation.ts";
import { NodeChecks, type NodeHealth, type NodeView } from "./node-checks.ts";
import { Switchboard, type Way } from "./tcp-forwarder.ts";

const MAX_CLIENTS = 8192;
/** How long a client that was refused may take to read that. */
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
 * The stand-in for the DNS name of a public load balancer: each connection goes to the next node that DNS would name.
 * Left out: names that clients go on using until they expire. A connection to a node that is lost is reset.
 */
export class Front {
  readonly #nodes: () => NodeView[];
  readonly #checks: NodeChecks;
  readonly #switchboard: Switchboard;
  readonly #rotation = new Rotation();
  #server: Server | undefined;

  /** `healthPath` is where nodes answer health checks. */
  constructor(nodes: () => NodeView[], border: Border, healthPath: string) {
    this.#nodes = nodes;
    this.#checks = new NodeChecks(nodes, border, healthPath);
    this.#switchboard = new Switchboard(border);
    this.#checks.run();
  }

  /** Serves on an address, or on a server that listens already or will; rejects when the address is taken. */
  async serve(at: Server | { host: string; port: number }): Promise<void> {
    const address = at instanceof Object && "listen" in at ? undefined : at;
    const server = address ? createServer({ allowHalfOpen: true, pauseOnConnect: true }) : (at as Server);
    this.#server = server;
    server.maxConnections = MAX_CLIENTS;
    server.on("connection", (socket: Socket) => this.accept(socket));
    if (!address) return;
    server.listen({ ...address, backlog: 1024 });
    await once(server, "listening");
  }

  /** Leads a client to the node whose turn it is; the others follow should that one refuse. */
  accept(client: Socket): void {
    this.#switchboard.lead(client, this.#rotation.order(this.#inDns().flatMap(wayTo)), refuse);
  }

  /** Asks the nodes for their health now, and resets the connections to those that are gone. */
  refresh(): void {
    this.#checks.run();
    const gone = new Set(this.#nodes().flatMap(({ zone, alive }) => (alive ? [] : [zone])));
    this.#switchboard.breakOff(({ id }) => gone.has(id));
  }

  /** Each node's health, and whether the balancer's name leads to it. */
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
    this.#server?.close();
    this.#switchboard.breakOff(() => true);
  }

  /**
   * Healthy nodes that no shift moved away from. Where there are none the name fails open: to healthy nodes in spite
   * of the shift, then to whatever answers.
   */
  #inDns(): NodeView[] {
    const nodes = this.#nodes().map((node) => ({ ...node, health: this.#checks.healthOf(node) }));
    const healthy = nodes.filter(({ health }) => health === "healthy");
    const alive = nodes.filter(({ health }) => health !== "dead");
    const weighing = (all: typeof nodes) => all.filter(({ weighs }) => weighs);
    const choices = [weighing(healthy), healthy, weighing(alive), alive];
    return choices.find(({ length }) => length > 0) ?? [];
  }
}

function wayTo({ zone, address }: NodeView): Way[] {
  return address === undefined ? [] : [{ id: zone, address, zone }];
}

/** Without a node a client gets an answer once it has asked. */
function refuse(client: Socket): void {
  client.setTimeout(REFUSAL_MS, () => client.destroy());
  client.once("data", () => {
    client.end(REFUSAL);
    client.resume();
  });
  client.resume();
}
