import { createServer } from "node:net";
import type { Ports } from "./messages.ts";
import type { Point } from "./listening-ports.ts";

/**
 * Ports below the ranges from which systems take the ports of outgoing connections (Linux 32768, others 49152):
 * while an edge is down nothing else gets its port by chance.
 */
const FIRST = 10_000;
const LAST = 32_767;

const taken = new Set<number>();

/** A port of 127.0.0.1 that nothing listens on, and that this process hands out once only. */
async function freePort(): Promise<number> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (taken.has(port) || !(await isFree(port))) continue;
    taken.add(port);
    return port;
  }
  throw new Error(`found no free port between ${FIRST} and ${LAST} on 127.0.0.1; end what listens on them`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The ports of each zone's edge: allocated once for each listening point, since pods hold them in their env. */
export class ZonePorts {
  readonly #byZone: Map<string, Ports>;
  #allocating: Promise<void> = Promise.resolve();

  constructor(zones: string[]) {
    this.#byZone = new Map(zones.map((zone) => [zone, {}]));
  }

  of(zone: string): Ports {
    return this.#byZone.get(zone) ?? {};
  }

  /** Gives every point a port in every zone. */
  allocate(points: Point[]): Promise<void> {
    // An allocation that failed has told its own caller.
    const before = this.#allocating.catch(() => undefined);
    this.#allocating = before.then(async () => {
      for (const { key } of points) {
        for (const ports of this.#byZone.values()) ports[key] ??= await freePort();
      }
    });
    return this.#allocating;
  }

  /** The names of points -> where a pod in `zone` reaches them; both are `host:port`. */
  lookup(zone: string, points: Point[]): Record<string, string> {
    const ports = this.of(zone);
    return Object.fromEntries(
      points.flatMap(({ key, names }) =>
        ports[key] === undefined ? [] : names.map((name) => [name, `127.0.0.1:${ports[key]}`]),
      ),
    );
  }
}
