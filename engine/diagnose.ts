import type { Child } from "./child.ts";
import { messageOf } from "./errors.ts";

/** Longer than this nobody waits for a stuck program to say where it is. */
const ANSWER_MS = 1_000;

/** Code that runs comes to a halt in less. */
const PAUSE_MS = 300;

/**
 * Asks a stuck child, through Node's inspector, for the stack of the code that it runs; when it runs none, for what
 * keeps it alive. It works in an endless loop too: the inspector has its own thread.
 */
export async function diagnose(child: Child): Promise<string> {
  let socket: { close(): void } | undefined;
  const asked = inspect(child, (opened) => {
    socket = opened;
  });
  const late = new Promise<string>((resolve) => {
    setTimeout(() => resolve("It did not say where it is stuck."), ANSWER_MS).unref();
  });
  try {
    return await Promise.race([asked, late]);
  } catch (error) {
    return `It could not be asked where it is stuck: ${messageOf(error)}`;
  } finally {
    socket?.close();
    asked.catch(() => undefined);
  }
}

const ALIVE = "process.getActiveResourcesInfo().join(', ')";

interface Frame {
  functionName: string;
  url: string;
  location: { lineNumber: number; columnNumber: number };
}

async function inspect(child: Child, onOpen: (socket: { close(): void }) => void): Promise<string> {
  // Node 20 has no WebSocket of its own; only a program that hangs has to wait for this one to load.
  const [url, { WebSocket }] = await Promise.all([child.openInspector(), import("undici")]);
  const socket = new WebSocket(url);
  onOpen(socket);
  const send = (id: number, method: string, params = {}) =>
    socket.send(JSON.stringify({ id, method, params }));
  return new Promise((resolve, reject) => {
    socket.addEventListener("error", () => reject(new Error("the inspector's connection failed")));
    socket.addEventListener("open", () => {
      send(1, "Debugger.enable");
      send(2, "Debugger.pause");
      // What is evaluated would itself be paused.
      setTimeout(() => send(3, "Debugger.disable"), PAUSE_MS).unref();
    });
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(String(data));
      if (message.method === "Debugger.paused") resolve(traceOf(message.params.callFrames));
      if (message.id === 3) send(4, "Runtime.evaluate", { expression: ALIVE });
      if (message.id === 4) resolve(`It runs no code; what keeps it alive: ${message.result.result.value}`);
    });
  });
}

function traceOf(frames: Frame[]): string {
  const lines = frames.map(({ functionName, url, location }) => {
    const place = `${url}:${location.lineNumber + 1}:${location.columnNumber + 1}`;
    return functionName ? `    at ${functionName} (${place})` : `    at ${place}`;
  });
  return ["It was running:", ...lines].join("\n");
}
