import { readFileSync } from "node:fs";
import type { Server as HttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { isLoopback } from "../config/index.ts";
import { writeDurably } from "./files.ts";

/** Where on this machine a thing of the graph is reached. */
interface Address {
  host: string;
  port: number;
}

/**
 * The addresses that the graph's names stand for on this machine. Each is listened on from the moment it is handed
 * out, so that nothing else can take it, and is the same after a restart, since tokens, sagas and bookmarks hold it.
 */
export class Addresses {
  readonly #file: string;
  readonly #publicPort: number;
  readonly #remembered: Record<string, number>;
  readonly #servers = new Map<string, Server>();

  constructor(options: { file: string; publicPort: number }) {
    this.#file = options.file;
    this.#publicPort = options.publicPort;
    this.#remembered = remembered(options.file);
  }

  /** Takes the public port first of all, so that a port in use is found before anything has started. */
  async takePublic(): Promise<void> {
    this.#servers.set("public", await listen(this.#publicPort));
  }

  /** The address for `key`; the first public balancer gets the public port. */
  async reserve(key: string, kind: string): Promise<Address> {
    const waiting = kind === "public-balancer" ? this.#servers.get("public") : undefined;
    if (waiting) {
      this.#servers.delete("public");
      this.#servers.set(key, waiting);
    }
    const server = this.#servers.get(key) ?? (await this.#bind(key));
    return { host: "127.0.0.1", port: portOf(server) };
  }

  /** Gives the connections to a reserved address to `handler`; until then they are reset. */
  onConnection(address: string, handler: (socket: Socket) => void): void {
    const port = Number(new URL(address.includes("://") ? address : `tcp://${address}`).port);
    const server = [...this.#servers.values()].find((one) => portOf(one) === port);
    if (!server)
      throw new Error(`${address} was not reserved here; the provider's answer and the graph differ`);
    server.removeAllListeners("connection");
    server.on("connection", handler);
  }

  /** Serves HTTP on a reserved address. */
  serveHttp(address: string, http: HttpServer): void {
    this.onConnection(address, (socket) => http.emit("connection", socket));
  }

  /** Ends every listener; connections are their servers' to close. */
  close(): void {
    for (const server of this.#servers.values()) server.close();
    this.#servers.clear();
  }

  async #bind(key: string): Promise<Server> {
    const server = await listen(this.#remembered[key] ?? 0).catch(() => listen(0));
    this.#servers.set(key, server);
    const port = portOf(server);
    if (this.#remembered[key] === port) return server;
    this.#remembered[key] = port;
    await writeDurably(this.#file, this.#remembered);
    return server;
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("the server does not listen on a port");
  return address.port;
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.resetAndDestroy());
    server.once("error", (error: NodeJS.ErrnoException) => reject(explain(error, port)));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => resolve(server));
  });
}

function explain(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === "EADDRINUSE") {
    return new Error(`port ${port} is in use; end what listens on it, or choose another port with --port`);
  }
  if (error.code === "EACCES")
    return new Error(`port ${port} needs more rights than this user has; choose one above 1023 with --port`);
  return error;
}

function remembered(file: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Record<string, number>;
  } catch (error) {
    // A broken memory of ports costs only their stability.
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) return {};
    throw error;
  }
}

/**
 * Why a request to a port of this machine is refused, if it is: a web page of any site may make a browser send requests
 * here. Under DNS rebinding they have the site's name as Host; else the browser names the site, or says that it is another.
 */
export function refusalOf(header: (name: string) => string | undefined): string | undefined {
  const host = header("host");
  const origin = header("origin");
  if (host !== undefined && !isLoopback(host.replace(/:\d+$/, "")))
    return `this port answers under the names of this machine only, such as 127.0.0.1, not as ${JSON.stringify(host)}`;
  const isOwn = origin === undefined || origin === `http://${host}`;
  if (!isOwn || !["none", "same-origin"].includes(header("sec-fetch-site") ?? "none"))
    return "web pages of other sites may not call this port";
  return undefined;
}
