import { randomInt } from "node:crypto";
import { createServer } from "node:net";

// Below every system's range for outgoing connections, which could take a port between its choice and its use.
const first = 20_000;
const last = 32_000;
const tries = 200;

/** Ports of this machine that nobody listens on, each given to one pod at a time. */
export class FreePorts {
  readonly #taken = new Set<number>();

  /**
   * @param had The port that the pod held before; it stays if it is still free.
   * @throws when there is none.
   */
  async take(had?: number): Promise<number> {
    if (had !== undefined) {
      if (await isFree(had)) return had;
      this.#taken.delete(had);
    }
    for (let attempt = 0; attempt < tries; attempt++) {
      const port = randomInt(first, last);
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      if (await isFree(port)) return port;
      this.#taken.delete(port);
    }
    throw new Error(`no free port of 127.0.0.1 found from ${first} to ${last}; end what listens there`);
  }

  giveBack(ports: Iterable<number>): void {
    for (const port of ports) this.#taken.delete(port);
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
