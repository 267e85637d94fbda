import { Agent } from "node:http";
import type { TargetState } from "../messages.ts";
import type { Partition } from "../partition.ts";

/**
 * An idle connection is given up before the target may close it: Node's servers close theirs after 5 s, and a
 * request that meets the closing would fail.
 */
const IDLE_CONNECTION_MS = 4000;
const IDLE_CONNECTIONS = 128;

/** A pod as a target group names it. */
export interface TargetAddress {
  /** Namespace and name of the pod. */
  id: string;
  zone: string;
  /** `host:port`. */
  address: string;
  /** `host:port` of the health check; absent when the pod has no such port. */
  healthAddress?: string;
}

/** A request that is under way to a target. */
export interface InFlight {
  /** Ends it: 502 where nothing was answered yet, else a broken connection. */
  fail(reason: string): void;
}

/** One target of a target group as this node sees it. */
export class Target {
  readonly at: TargetAddress;
  readonly agent: Agent;
  readonly inFlight = new Set<InFlight>();
  state: TargetState = "initial";

  constructor(at: TargetAddress, partition: Partition) {
    this.at = at;
    this.agent = new TargetAgent(partition, at);
  }

  /** Fails what is under way and closes every connection. */
  drop(reason: string): void {
    for (const one of [...this.inFlight]) one.fail(reason);
    this.agent.destroy();
  }
}

class TargetAgent extends Agent {
  readonly #partition: Partition;
  readonly #at: TargetAddress;

  constructor(partition: Partition, at: TargetAddress) {
    super({ keepAlive: true, maxFreeSockets: IDLE_CONNECTIONS, timeout: IDLE_CONNECTION_MS });
    this.#partition = partition;
    this.#at = at;
  }

  override createConnection() {
    return this.#partition.connect(this.#at.address, this.#at.zone);
  }
}
