import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The service behind the gateway, without a framework: each request gets the same response. Resolves to its port. */
export async function startUpstream(body: string): Promise<{ port: number; close(): void }> {
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    location: "/api/transactions/1",
    "x-zone": "a",
  };
  const server = createServer((request, response) => {
    request.resume().once("end", () => response.writeHead(201, headers).end(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, close };
}
