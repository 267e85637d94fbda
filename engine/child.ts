import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

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
  /** Ends it, and whatever it started, at once. Does nothing when it has ended. */
  kill(): void;
  /** Sends a signal to the process alone. */
  signal(signal: NodeJS.Signals): void;
}

const STDERR_KEPT = 64 * 1024;
/** What still comes from pipes that a grandchild holds open after the child's end isn't waited for any longer. */
const DRAIN_MS = 250;

const orphanGuard = fileURLToPath(new URL("orphan-guard.mjs", import.meta.url));

/** Starts `node ...args`; `onLine` gets each line that it prints. */
export function startNode(options: {
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  onLine: (stream: "stdout" | "stderr", line: string) => void;
}): Child {
  const { args, cwd, env, onLine } = options;
  const child = spawn(process.execPath, ["--import", orphanGuard, ...args], {
    ...{ cwd, env, detached: true },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  readLines(child, "stdout", onLine);
  readLines(child, "stderr", (stream, line) => {
    stderr = `${stderr}${line}\n`.slice(-STDERR_KEPT);
    onLine(stream, line);
  });
  const pid = child.pid ?? 0;
  const kill = () => killGroup(pid);
  process.once("exit", kill);
  const exited = ended(child).finally(() => {
    process.off("exit", kill);
    kill();
  });
  return { pid, exited, kill, stderr: () => stderr, signal: (signal) => child.kill(signal) };
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
