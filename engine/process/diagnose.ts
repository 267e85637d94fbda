import { SourceMap } from "node:module";
import { messageOf } from "../graph/index.ts";
import type { Child } from "./child.ts";

/** Longer than this nobody waits for a stuck program to say where it is: the caller's time limit is over already. */
const ANSWER_MS = 8_000;

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
  location: { scriptId: string; lineNumber: number; columnNumber: number };
}

/** A script that the child has loaded; the map is a `data:` URL where it was compiled on loading. */
interface Script {
  scriptId: string;
  url: string;
  sourceMapURL?: string;
}

async function inspect(child: Child, onOpen: (socket: { close(): void }) => void): Promise<string> {
  const socket = new WebSocket(await child.openInspector());
  onOpen(socket);
  const send = (id: number, method: string, params = {}) =>
    socket.send(JSON.stringify({ id, method, params }));
  const scripts = new Map<string, Script>();
  return new Promise((resolve, reject) => {
    socket.addEventListener("error", () => reject(new Error("the inspector's connection failed")));
    socket.addEventListener("open", () => {
      send(1, "Debugger.enable");
      send(2, "Debugger.pause");
    });
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(String(data));
      if (message.method === "Debugger.scriptParsed") scripts.set(message.params.scriptId, message.params);
      if (message.method === "Debugger.paused") {
        const frames: Frame[] = message.params.callFrames;
        // Node's own code, such as an answered ping, passes now and then also where a program only waits.
        if (frames.some((frame) => isFile(scripts.get(frame.location.scriptId))))
          resolve(traceOf(frames, scripts));
        else send(4, "Debugger.resume");
      }
      // Whatever runs comes to its halt in this time. Where nothing does, the question below is what halts and goes on.
      if (message.id === 2) {
        setTimeout(() => send(3, "Runtime.evaluate", { expression: ALIVE }), PAUSE_MS).unref();
      }
      if (message.id === 3) resolve(`It runs no code; what keeps it alive: ${message.result.result.value}`);
    });
  });
}

function isFile(script: Script | undefined): boolean {
  return script !== undefined && !script.url.startsWith("node:") && script.url !== "";
}

function traceOf(frames: Frame[], scripts: Map<string, Script>): string {
  const lines = frames.map(({ functionName, location }) => {
    const place = placeOf(location, scripts.get(location.scriptId));
    return functionName ? `    at ${functionName} (${place})` : `    at ${place}`;
  });
  return ["It was running:", ...lines].join("\n");
}

function placeOf({ lineNumber, columnNumber }: Frame["location"], script: Script | undefined): string {
  const inline = /^data:application\/json[^,]*;base64,(.*)$/.exec(script?.sourceMapURL ?? "")?.[1];
  if (inline) {
    const map = new SourceMap(JSON.parse(Buffer.from(inline, "base64").toString()));
    const entry = map.findEntry(lineNumber, columnNumber);
    if ("originalSource" in entry) {
      return `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    }
  }
  return `${script?.url ?? "?"}:${lineNumber + 1}:${columnNumber + 1}`;
}
