import { createConnection, type Socket } from "node:net";

/** Elastic Load Balancing gives a target 10 s to accept a connection. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Whether a connection's error is a cut's doing, which the other end must not learn of. */
export function isSevered(error: NodeJS.ErrnoException): boolean {
  return error.code === "ESEVERED";
}

interface ConnectOptions {
  /** How long to wait for the connection, in milliseconds. */
  timeoutMs?: number;
  /** Whether the end of the peer's bytes leaves ours open. */
  allowHalfOpen?: boolean;
}

/**
 * The zone's border: every connection that may leave the zone is made here, so that a cut is felt by all of them.
 * Packets over a cut border vanish: what is open falls silent, what is new never connects.
 * Left out: the far end of a severed connection sees it closed instead of silent.
 */
export class Border {
  readonly zone: string;
  #cut = new Set<string>();
  readonly #crossings = new Map<Socket, string | undefined>();

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
      this.#crossings.set(socket, zone);
      socket.once("close", () => this.#crossings.delete(socket));
    }
    return socket;
  }

  /** Says which zones are cut off now. */
  cut(zones: string[]): void {
    this.#cut = new Set(zones);
    for (const [socket, zone] of this.#crossings) {
      if (this.#isCut(zone)) socket.destroy(failure("ESEVERED", `the border to zone ${zone} was cut`));
    }
  }

  #isCut(zone: string | undefined): boolean {
    if (zone === this.zone) return false;
    return this.#cut.has(this.zone) || (zone !== undefined && this.#cut.has(zone));
  }
}

function connectTo(address: string, allowHalfOpen: boolean): Socket {
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon);
  return createConnection({ host, port: Number(address.slice(colon + 1)), noDelay: true, allowHalfOpen });
}

/** A name that is never resolved keeps a socket connecting for good, as lost packets do. */
function neverConnecting(): Socket {
  return createConnection({ host: "beyond.invalid", port: 9, lookup: () => undefined });
}

function failure(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}
