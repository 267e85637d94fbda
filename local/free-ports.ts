import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** A pod as an address to route to; `pods/` publishes it, `network/` routes by it. A pod that has no zone yet has none. */
export interface Endpoint {
  name: string;
  namespace: string;
  /** Labels of the pod's template and its node's topology labels. */
  labels: Record<string, string>;
  zone: string;
  ready: boolean;
  terminating: boolean;
  /** Container port's number and its name -> `host:port` on this machine. */
  ports: Record<string, string>;
}

// Below every system's range for outgoing connections, which could take a port between its choice and its use.
const first = 10_000;
const last = 32_000;
const tries = 1000;

/** What this process has given out: each port to one taker at a time. */
const taken = new Set<number>();

/**
 * A port of 127.0.0.1 that nothing listens on.
 * @param had The port that the taker held before; it stays if it is still free.
 * @throws when there is none.
 */
export async function takePort(had?: number): Promise<number> {
  if (had !== undefined) {
    if (await isFree(had)) return had;
    taken.delete(had);
  }
  for (let attempt = 0; attempt < tries; attempt++) {
    const port = randomInt(first, last);
    if (taken.has(port)) continue;
    taken.add(port);
    if (await isFree(port)) return port;
    taken.delete(port);
  }
  throw new Error(`no free port of 127.0.0.1 found from ${first} to ${last}; end what listens there`);
}

export function givePortsBack(ports: Iterable<number>): void {
  for (const port of ports) taken.delete(port);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
