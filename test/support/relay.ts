import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP relay in front of a server that a test can freeze or shut. */
export interface Relay {
  port: number;
  /** `freeze`: bytes and new connections stay where they are; `cut`: connections are reset and refused. */
  set(mode: "pass" | "freeze" | "cut"): void;
  close(): Promise<void>;
}

export async function startRelay(target: number): Promise<Relay> {
  let mode = "pass";
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
    if (mode === "freeze") socket.pause();
  };
  const server = createServer((incoming) => {
    if (mode === "cut") {
      incoming.resetAndDestroy();
      return;
    }
    const outgoing = connect(target, "127.0.0.1");
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      from.on("data", (chunk) => to.write(chunk)).once("close", () => to.destroy());
      track(from);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    set: (next) => {
      mode = next;
      for (const socket of sockets) {
        if (mode === "freeze") socket.pause();
        else if (mode === "cut") socket.resetAndDestroy();
        else socket.resume();
      }
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
