import { connect } from "node:net";

/** Sends bytes to `host:port` and resolves with all that comes back until the connection ends. */
export function speak(host: string, bytes: string): Promise<string> {
  const [name, port] = host.split(":");
  return new Promise((resolve, reject) => {
    const socket = connect({ host: name, port: Number(port), allowHalfOpen: true });
    const chunks: Buffer[] = [];
    socket.setTimeout(8000, () => socket.destroy(new Error("the connection was not ended in 8 s")));
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("end", () => socket.end());
    socket.on("error", (error: NodeJS.ErrnoException) => error.code === "ECONNRESET" || reject(error));
    socket.on("close", () => resolve(Buffer.concat(chunks).toString()));
    socket.write(bytes);
  });
}
