import type { Server } from "node:net";

const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 1000;

/** Connections that one listening point holds at most; more are refused. */
export const MAX_CONNECTIONS = 8192;

/**
 * Listens on a port of this machine and keeps trying while the port is taken, since others hold it as their address.
 * @returns a function that gives up and closes.
 */
export function keepListening(
  server: Server,
  port: number,
  onProblem: (problem?: string) => void,
): () => void {
  let delay = FIRST_RETRY_MS;
  let timer: NodeJS.Timeout | undefined;
  const listen = () => server.listen({ port, host: "127.0.0.1", backlog: 1024 });
  server.maxConnections = MAX_CONNECTIONS;
  server.on("listening", () => onProblem());
  server.on("error", (error) => {
    onProblem(`port ${port}: ${error.message}`);
    timer = setTimeout(listen, delay * (0.5 + Math.random()));
    delay = Math.min(delay * 2, MAX_RETRY_MS);
  });
  listen();
  return () => {
    clearTimeout(timer);
    server.close();
  };
}
