import { createServer } from "node:net";

/** Below the range from which Linux and macOS take the ports of outgoing connections. */
const [FIRST, LAST] = [20_000, 32_000];

/** A port of 127.0.0.1 on which nothing listens and that no outgoing connection is likely to take meanwhile. */
export async function freePort(taken: Iterable<number>): Promise<number> {
  const avoid = new Set(taken);
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (!avoid.has(port) && (await canListen(port))) return port;
  }
  throw new Error(`No free port between ${FIRST} and ${LAST} of 127.0.0.1. End programs that listen there.`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
