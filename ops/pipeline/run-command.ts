import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Watchdog } from "../../local/pods/container/watchdog.ts";
import { StepError } from "./steps.ts";

/** Characters of a command's output that are kept: its end, where the error is. */
const KEPT = 16_000;
/** Characters of it that an error shows. */
const SHOWN = 4000;
/** Milliseconds that a command gets to end by itself before it is killed. */
const GRACE_MS = 5000;

export interface CommandOptions {
  signal: AbortSignal;
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** Written to its standard input. */
  input?: string;
  /** Not shown in errors and logs, where they stand in the arguments. */
  secrets?: readonly string[];
}

/** Runs commands in process groups of their own, which end with this process however it ends. */
export class Commands {
  readonly #watchdog = new Watchdog((problem) => process.stderr.write(`trizone: ${problem.message}\n`));

  /**
   * Runs a command and gives its standard output.
   * @throws StepError with command, exit status and last output, also where the signal ended it
   */
  async run(name: string, args: readonly string[], options: CommandOptions): Promise<string> {
    const { signal, input } = options;
    signal.throwIfAborted();
    const shown = `${name} ${args.join(" ")}`;
    const child = this.start(name, args, options);
    let [out, all] = ["", ""];
    child.stdout?.on("data", (chunk: Buffer) => {
      out = (out + chunk).slice(-64 * 1024 * 1024);
      all = (all + chunk).slice(-KEPT);
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      all = (all + chunk).slice(-KEPT);
    });
    // A command that ends without reading its input says why itself.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
    const abort = () => void endGroup(child);
    signal.addEventListener("abort", abort, { once: true });
    try {
      const [code, by] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
      if (code === 0) return out;
      const details = { command: shown, exitStatus: code ?? undefined, output: all.trim().slice(-SHOWN) };
      if (signal.aborted) throw new StepError(messageOf(signal.reason), { ...details, cause: signal.reason });
      throw new StepError(`${name} ${code === null ? `was ended by ${by}` : `ended with ${code}`}`, details);
    } catch (error) {
      if (error instanceof StepError) throw error;
      const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
      const why = isMissing
        ? `${name} is not on the PATH: install it`
        : `${name} can't be started: ${messageOf(error)}`;
      throw new StepError(why, { command: shown, cause: error });
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** Starts a command that goes on; its group ends with this process. */
  start(
    name: string,
    args: readonly string[],
    { env, cwd }: Pick<CommandOptions, "env" | "cwd"> = {},
  ): ChildProcess {
    const child = spawn(name, args, {
      ...(cwd ? { cwd } : {}),
      env: { ...process.env, ...env },
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const { pid } = child;
    if (pid !== undefined) {
      this.#watchdog.add(pid);
      child.once("exit", () => this.#watchdog.remove(pid));
    }
    return child;
  }

  /** Ends what still runs. */
  close(): void {
    this.#watchdog.close();
  }
}

/** Asks a process group to end, and kills it when it doesn't. */
async function endGroup(child: ChildProcess, graceMs = GRACE_MS): Promise<void> {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  killGroup(pid, "SIGTERM");
  const timer = setTimeout(() => killGroup(pid, "SIGKILL"), graceMs);
  await exited;
  clearTimeout(timer);
  // What it started may still be there.
  killGroup(pid, "SIGKILL");
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
