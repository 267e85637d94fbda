import type { Socket } from "node:net";

/** What becomes of what is sent over a connection: shares are 0 to 1. */
export interface Impairment {
  latencyMs: number;
  /** Of messages that break the connection instead of arriving. */
  errorShare: number;
}

/** Zone -> what impairs its traffic with other zones: `out` from it to them, `in` from them to it. */
export type Impairments = Record<string, Partial<Record<"in" | "out", Impairment>>>;

export const UNIMPAIRED: Impairment = { latencyMs: 0, errorShare: 0 };

/** Both at once. */
export function together(one: Impairment = UNIMPAIRED, other: Impairment = UNIMPAIRED): Impairment {
  return {
    latencyMs: one.latencyMs + other.latencyMs,
    errorShare: 1 - (1 - one.errorShare) * (1 - other.errorShare),
  };
}

/** What is written within this of the last write, in milliseconds, and before an answer, belongs to the same message. */
const SAME_MESSAGE_MS = 5;

/** Delays or breaks what is written to a socket, as `now` says at that moment. */
export function impair(socket: Socket, now: () => Impairment): void {
  const write = socket._write.bind(socket);
  const writev = socket._writev?.bind(socket);
  const last = { at: Number.NEGATIVE_INFINITY, bytesRead: 0 };
  const hold = (pass: () => void, done: (error?: Error | null) => void) => {
    const { latencyMs, errorShare } = now();
    const isSame = performance.now() - last.at < SAME_MESSAGE_MS && socket.bytesRead === last.bytesRead;
    const goOn = () => {
      last.at = performance.now();
      last.bytesRead = socket.bytesRead;
      pass();
    };
    if (isSame || (latencyMs === 0 && errorShare === 0)) return goOn();
    if (Math.random() < errorShare) return done(broken());
    if (latencyMs === 0) return goOn();
    setTimeout(goOn, latencyMs).unref();
  };
  socket._write = (chunk, encoding, done) => hold(() => write(chunk, encoding, done), done);
  if (writev) socket._writev = (chunks, done) => hold(() => writev(chunks, done), done);
}

function broken(): NodeJS.ErrnoException {
  return Object.assign(new Error("a fault that was injected on purpose broke this connection"), {
    code: "ECONNRESET",
  });
}
