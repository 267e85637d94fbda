import { get } from "node:http";
import { createConnection, type Socket } from "node:net";
import { type Impairment, type Impairments, impair, together } from "./impairment.ts";
import type { NetworkFaults } from "./messages.ts";

/** Elastic Load Balancing gives a target 10 s to accept a connection. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Code of the error with which a connection into a zone ends that is cut off. */
const PARTITIONED = "EPARTITIONED";

/** Whether a connection ended because a zone was cut off, which the other end must not learn of. */
export function isPartitioned(error: NodeJS.ErrnoException): boolean {
  return error.code === PARTITIONED;
}

interface ConnectOptions {
  /** How long to wait for the connection, in milliseconds. */
  timeoutMs?: number;
  /** Whether the end of the peer's bytes leaves ours open. */
  allowHalfOpen?: boolean;
}

/**
 * Network partitions as a zone sees them: every connection that may leave the zone is made here, so that all of them
 * feel it when a zone is cut off. Packets are lost then: what is open falls silent, what is new never connects.
 * Left out: the other end of a lost connection sees it closed instead of silent.
 */
export class Partition {
  readonly zone: string;
  #cut = new Set<string>();
  #impairments: Impairments = {};
  /** Open connections that leave the zone, with the zone they lead to. */
  readonly #leaving = new Map<Socket, string | undefined>();

  /** `zone` is empty for what is in no zone, such as the internet. */
  constructor(zone: string) {
    this.zone = zone;
  }

  /** Connects to `host:port` in a zone (undefined: outside of all); fails with ETIMEDOUT when it takes too long. */
  connect(address: string, zone: string | undefined, options: ConnectOptions = {}): Socket {
    const { timeoutMs = CONNECT_TIMEOUT_MS, allowHalfOpen = false } = options;
    const socket = this.#isCut(zone) ? neverConnecting() : connectTo(address, allowHalfOpen);
    const timer = setTimeout(() => {
      socket.destroy(failure("ETIMEDOUT", `${address} did not accept a connection in ${timeoutMs} ms`));
    }, timeoutMs);
    socket.once("connect", () => clearTimeout(timer));
    socket.once("close", () => clearTimeout(timer));
    if (zone !== this.zone) {
      impair(socket, () => this.#impairment(zone));
      this.#leaving.set(socket, zone);
      socket.once("close", () => this.#leaving.delete(socket));
    }
    return socket;
  }

  /** Sets which zones are cut off, and whose traffic with others is slow or fails, on open connections too. */
  apply({ cut, impairments }: NetworkFaults): void {
    this.#cut = new Set(cut);
    this.#impairments = impairments;
    for (const [socket, zone] of this.#leaving) {
      if (this.#isCut(zone)) socket.destroy(failure(PARTITIONED, `zone ${zone} was cut off`));
    }
  }

  #impairment(zone: string | undefined): Impairment {
    return together(this.#impairments[this.zone]?.out, this.#impairments[zone ?? ""]?.in);
  }

  #isCut(zone: string | undefined): boolean {
    if (zone === this.zone) return false;
    return this.#cut.has(this.zone) || (zone !== undefined && this.#cut.has(zone));
  }
}

/** The status that an address in a zone answers to a health check, or 0 where nothing is answered in time. */
export function askStatus(
  partition: Partition,
  address: string,
  zone: string,
  path: string,
  timeoutMs: number,
): Promise<number> {
  return new Promise((resolve) => {
    const request = get({
      path,
      headers: { host: address, "user-agent": "ELB-HealthChecker/2.0", connection: "close" },
      createConnection: () => partition.connect(address, zone, { timeoutMs }),
    });
    const timer = setTimeout(() => request.destroy(new Error("no answer in time")), timeoutMs);
    request.once("response", (response) => {
      resolve(response.statusCode ?? 0);
      response.resume();
    });
    request.once("error", () => resolve(0));
    request.once("close", () => {
      clearTimeout(timer);
      resolve(0);
    });
  });
}

function connectTo(address: string, allowHalfOpen: boolean): Socket {
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon);
  return createConnection({ host, port: Number(address.slice(colon + 1)), noDelay: true, allowHalfOpen });
}

/** A name that is never resolved keeps a socket connecting for good, as lost packets do. */
function neverConnecting(): Socket {
  return createConnection({ host: "partitioned.invalid", port: 9, lookup: () => undefined });
}

function failure(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}
