import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A service's address as its clients have it: each connection leads to one of the pods that are there. */
export interface Balancer {
  url: string;
  add(podUrl: string): void;
  remove(podUrl: string): void;
  close(): Promise<void>;
}

export async function startBalancer(): Promise<Balancer> {
  const ports = new Set<number>();
  const sockets = new Set<Socket>();
  let turn = 0;
  const track = (socket: Socket, other: Socket) => {
    sockets.add(socket);
    socket.setNoDelay();
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const server = createServer((incoming) => {
    const targets = [...ports];
    const target = targets[turn++ % targets.length];
    if (target === undefined) {
      incoming.on("error", () => undefined).resetAndDestroy();
      return;
    }
    const outgoing = connect(target, "127.0.0.1");
    track(incoming, outgoing);
    track(outgoing, incoming);
    incoming.pipe(outgoing).pipe(incoming);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add: (podUrl) => void ports.add(Number(new URL(podUrl).port)),
    remove: (podUrl) => void ports.delete(Number(new URL(podUrl).port)),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
