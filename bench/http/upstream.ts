import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

const HEADERS_END = Buffer.from("\r\n\r\n");
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/** The service behind the gateway, as light as can be: each request gets the same bytes. Resolves to its port. */
export async function startUpstream(body: string): Promise<{ port: number; close(): void }> {
  const head = `HTTP/1.1 201 Created\r\ncontent-type: application/json\r\nlocation: /api/transactions/1\r\nx-zone: a\r\n`;
  const answer = Buffer.from(
    `${head}x-request-id: 1\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    let pending: Buffer | undefined;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket)).on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      const data = pending ? Buffer.concat([pending, chunk]) : chunk;
      const end = data.indexOf(HEADERS_END);
      const length = end < 0 ? undefined : LENGTH.exec(data.toString("latin1", 0, end + 2))?.[1];
      const whole = end >= 0 && data.length >= end + 4 + Number(length ?? 0);
      pending = whole ? undefined : data;
      if (whole) socket.write(answer);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
