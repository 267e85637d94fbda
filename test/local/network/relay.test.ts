import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { Relay } from "../../../local/network/relay.ts";

describe("a relay between two sockets", () => {
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  /** Both ends of a connection. */
  const pair = async () => {
    const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
    servers.push(server);
    await once(server, "listening");
    const local = connect({ port: (server.address() as AddressInfo).port, allowHalfOpen: true });
    const [remote] = (await once(server, "connection")) as [Socket];
    for (const socket of [local, remote]) socket.on("error", () => undefined);
    sockets.push(local, remote);
    return [local, remote] as const;
  };
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  it("brings what is left to the peer of a connection that has ended", async () => {
    const [client, front] = await pair();
    const [back, service] = await pair();
    new Relay(front, back);
    let received = 0;
    client.on("data", (chunk) => {
      received += chunk.length;
    });
    service.end(Buffer.alloc(5_000_000), () => service.destroy());
    await once(client, "end");
    assert.equal(received, 5_000_000);
  });

  it("takes nothing more from the peer of a connection that has ended, and ends it though it reads nothing", async () => {
    const [client, front] = await pair();
    const [back, service] = await pair();
    const closed = new Promise<void>((resolve) => new Relay(front, back).onClose(resolve));
    client.pause();
    // The service reads nothing either, so both directions stand still.
    client.write(Buffer.alloc(20_000_000));
    service.write(Buffer.alloc(20_000_000));
    while (!front.writableNeedDrain || !back.writableNeedDrain) await new Promise(setImmediate);
    back.destroy();
    await once(back, "close");
    const before = front.bytesRead;
    const started = performance.now();
    await closed;
    assert.ok(performance.now() - started < 8000);
    // Not more than a read that was under way and what fills the socket's own buffer.
    assert.ok(front.bytesRead - before < 200_000, `${front.bytesRead - before} bytes were swallowed`);
  }).timeout(12_000);
});
