import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeOf, DatabaseError } from "./errors.ts";

/**
 * Claims a folder for this process, so that a second supervisor does not take the running database for a leftover.
 * The claim is a socket that this process listens on: the kernel lets go of it when the process ends, however it ends.
 */
export async function claimFolder(directory: string): Promise<Server> {
  const name = `trizone-${createHash("sha256").update(directory).digest("hex").slice(0, 32)}`;
  // Linux has names outside of the file system; elsewhere a dead process leaves its socket file behind.
  const path = process.platform === "linux" ? `\0${name}` : join(tmpdir(), `${name}.sock`);
  const claim = await listen(path);
  if (claim) return claim;
  if (process.platform !== "linux" && !(await answers(path))) {
    await rm(path, { force: true });
    const second = await listen(path);
    if (second) return second;
  }
  throw new DatabaseError(
    `The database in ${directory} is already run by another Trizone. Stop that one (\`npx trizone down\`) first.`,
  );
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error) => {
      if (codeOf(error) === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => resolve(server.unref()));
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.on("close", () => socket.destroy());
  });
}
