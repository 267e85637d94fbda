import { createServer } from "node:net";

/**
 * Ports below the ranges from which systems take the ports of outgoing connections (Linux 32768, others 49152):
 * while an edge is down nothing else gets its port by chance.
 */
const FIRST = 10_000;
const LAST = 32_767;

const taken = new Set<number>();

/** A port of 127.0.0.1 that nothing listens on, and that this process hands out once only. */
export async function freePort(): Promise<number> {
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
