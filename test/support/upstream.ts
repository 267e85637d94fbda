import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A small HTTP server that a test puts behind a proxy. */
export interface TestUpstream {
  url: string;
  server: Server;
  close(): Promise<void>;
}

export async function startUpstream(listener: RequestListener): Promise<TestUpstream> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
