import type { Server } from "node:net";
import { Backoff } from "../../backoff.ts";

/** Connections that one listening port holds at most; more are refused. */
const MAX_CONNECTIONS = 8192;

/**
 * Listens on a port of this machine and keeps trying while the port is taken, since pods hold it as an address.
 * @returns a function that gives up and closes.
 */
export function keepListening(
  server: Server,
  port: number,
  onProblem: (problem?: string) => void,
): () => void {
  const backoff = new Backoff({ firstMs: 50, maxMs: 1000 });
  let timer: NodeJS.Timeout | undefined;
  const listen = () => server.listen({ port, host: "127.0.0.1", backlog: 1024 });
  server.maxConnections = MAX_CONNECTIONS;
  server.on("listening", () => onProblem());
  server.on("error", (error) => {
    onProblem(`port ${port}: ${error.message}`);
    timer = setTimeout(listen, backoff.next());
  });
  listen();
  return () => {
    clearTimeout(timer);
    server.close();
  };
}
