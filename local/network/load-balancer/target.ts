import { Agent } from "node:http";
import type { Border } from "../partition.ts";
import type { TargetState } from "../messages.ts";
import { opaque } from "../edge/cookies.ts";

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

/** An exchange that is under way with a target. */
export interface InFlight {
  /** Ends it: 502 where nothing was answered yet, else a broken connection. */
  fail(reason: string): void;
}

/** One target of a target group as this node sees it. */
export class Target {
  readonly at: TargetAddress;
  /** Value of the stickiness cookie. */
  readonly cookie: string;
  readonly agent: Agent;
  readonly inFlight = new Set<InFlight>();
  state: TargetState = "initial";
  /** When it last became healthy, by the process's clock. */
  healthySince = 0;

  constructor(at: TargetAddress, group: string, border: Border) {
    this.at = at;
    this.cookie = opaque(group, at.id, at.address);
    this.agent = new TargetAgent(border, at);
  }

  /** Fails what is under way and closes every connection. */
  drop(reason: string): void {
    for (const one of [...this.inFlight]) one.fail(reason);
    this.agent.destroy();
  }
}

class TargetAgent extends Agent {
  readonly #border: Border;
  readonly #at: TargetAddress;

  constructor(border: Border, at: TargetAddress) {
    super({ keepAlive: true, maxFreeSockets: IDLE_CONNECTIONS, timeout: IDLE_CONNECTION_MS });
    this.#border = border;
    this.#at = at;
  }

  override createConnection() {
    return this.#border.connect(this.#at.address, this.#at.zone);
  }
}
