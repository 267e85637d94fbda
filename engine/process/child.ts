import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { createInterface } from "node:readline";

/** How a child ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A Node program in a child process, which is the leader of its own process group. */
export interface Child {
  pid: number;
  /** Settles when the process has ended and its output was read to the end; rejects when it can't be started. */
  exited: Promise<Exit>;
  /** The end of what it wrote to standard error, at most 64 KiB. */
  stderr(): string;
  /** Where it called `process.exit`; empty when it didn't. */
  exitTrace(): string;
  /** Ends it, and whatever it started, at once. Does nothing when it has ended. */
  kill(): void;
  /**
   * Has Node open its inspector, on a free port, and gives the WebSocket's URL.
   * What the child writes to standard error from now on is Node's own talk of it and isn't recorded.
   */
  openInspector(): Promise<string>;
}

const STDERR_KEPT = 64 * 1024;
/** What still comes from pipes that a grandchild holds open after the child's end isn't waited for any longer. */
const DRAIN_MS = 250;

/** The inspector stays closed until it is asked for, and then takes a free port. */
const inspectorOnDemand = ["--inspect-port=127.0.0.1:0"];

/** Loaded into every child before its script. */
const setup = new URL("child-setup.mjs", import.meta.url).href;

/** V8 takes no stack traces: the SDK takes one of every promise and resource, which is a third of a program's time. */
const withoutTraces = ["--stack-trace-limit=0"];

/** Starts a script in a Node process; `onLine` gets each line that it prints. */
export function startNode(options: {
  nodeArgs?: string[];
  /** A file of CommonJS. */
  script: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Whether errors have stack traces, which take a third of the time of a large program. @default true */
  traces?: boolean;
  onLine: (stream: "stdout" | "stderr", line: string) => void;
  /** Called when it has thrown what nothing catches, though it may live on. */
  onCrash?: () => void;
}): Child {
  const { script, args, cwd, env, traces = true, onLine } = options;
  const nodeArgs = [
    ...inspectorOnDemand,
    ...(traces ? [] : withoutTraces),
    // In one word: for an argument that is `--import` alone the SDK's runner does without ts-node's ES modules.
    `--import=${setup}?parent=${process.pid}`,
    ...(options.nodeArgs ?? []),
  ];
  const child = spawn(process.execPath, [...nodeArgs, script, ...args], {
    ...{ cwd, env, detached: true },
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
  });
  let stderr = "";
  const inspector = new EventEmitter();
  readLines(child, "stdout", onLine);
  readLines(child, "stderr", (stream, line) => {
    if (inspector.emit("line", line)) return;
    stderr = `${stderr}${line}\n`.slice(-STDERR_KEPT);
    onLine(stream, line);
  });
  let exitTrace = "";
  child.stdio[3]?.on("data", (data) => {
    exitTrace = `${exitTrace}${data}`.slice(0, STDERR_KEPT);
  });
  child.stdio[4]?.on("data", () => options.onCrash?.());
  const pid = child.pid ?? 0;
  const kill = () => killGroup(pid);
  process.once("exit", kill);
  const exited = ended(child).finally(() => {
    process.off("exit", kill);
    kill();
  });
  return {
    pid,
    exited,
    kill,
    stderr: () => stderr,
    exitTrace: () => exitTrace,
    openInspector: () =>
      new Promise((resolve) => {
        inspector.on("line", (line) => {
          const url = /^Debugger listening on (ws:\S+)/.exec(line)?.[1];
          if (url) resolve(url);
        });
        child.kill("SIGUSR1");
      }),
  };
}

function readLines(
  child: ChildProcess,
  name: "stdout" | "stderr",
  onLine: (stream: "stdout" | "stderr", line: string) => void,
): void {
  const input = child[name];
  if (input) createInterface({ input }).on("line", (line) => onLine(name, line));
}

function ended(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      const finish = () => resolve({ code, signal });
      const timer = setTimeout(finish, DRAIN_MS);
      child.once("close", () => {
        clearTimeout(timer);
        // The readers deliver a last line without a line break only after the stream's end.
        setImmediate(finish);
      });
    });
  });
}

/** Kills a process group; one that is gone already is what was wanted. */
function killGroup(pid: number): void {
  if (pid === 0) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
