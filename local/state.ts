import {
  accessSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { writeDurably } from "./files.ts";
import { endLeftover, identify, isAlive, type ProcessIdentity } from "./processes.ts";

/** What runs now, for the commands that talk to it and for the start that cleans up after it. */
export interface RunFile {
  supervisor: ProcessIdentity;
  stack: string;
  /** Base URL of the control API, and the bearer token that opens it. */
  control?: string;
  token?: string;
  children: ProcessIdentity[];
}

/** The folder `.trizone/`: everything that a laptop run keeps. One supervisor holds it at a time. */
export class State {
  readonly directory: string;
  #run: RunFile | undefined;
  #written: Promise<void> = Promise.resolve();

  private constructor(directory: string) {
    this.directory = directory;
  }

  /**
   * Where the state of this checkout is: `TRIZONE_STATE`, else `.trizone` in the project's folder, which is the current
   * one or the first above it with a `.trizone` or a `Pulumi.yaml`.
   */
  static directory(): string {
    return process.env.TRIZONE_STATE ?? join(projectAround(process.cwd()), ".trizone");
  }

  /**
   * Takes the folder for this process, ends what a killed supervisor left running in it, and empties it if `fresh`.
   * Throws when the folder can't be used or another supervisor holds it.
   */
  static take(directory: string, options: { stack: string; fresh: boolean }): State {
    const state = new State(directory);
    usable(directory);
    const supervisor = identify(process.pid);
    if (!supervisor) throw new Error("this process can't see itself in the process table; is /proc mounted?");
    const holder = claim(directory, { supervisor, stack: options.stack, children: [] });
    for (const child of holder?.children ?? []) endLeftover(child);
    if (options.fresh) emptyExceptLock(directory);
    state.#run = { supervisor, stack: options.stack, children: [] };
    return state;
  }

  path(...parts: string[]): string {
    return join(this.directory, ...parts);
  }

  /** A folder below the state's, made if it isn't there. */
  folder(...parts: string[]): string {
    const folder = this.path(...parts);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Records what runs, so that the next start can end it if this process is killed. */
  record(change: Partial<Pick<RunFile, "control" | "token" | "children">>): Promise<void> {
    if (!this.#run) return this.#written;
    Object.assign(this.#run, change);
    this.#written = writeDurably(this.path("run.json"), this.#run);
    return this.#written;
  }

  /** Lets another supervisor take the folder. */
  async release(): Promise<void> {
    this.#run = undefined;
    // A write under way would bring the file back. Its error has reached the caller of `record`.
    await this.#written.catch(() => undefined);
    rmSync(this.path("run.json"), { force: true });
    rmSync(this.path("outputs.json"), { force: true });
  }
}

/** The run file of a folder, whether its supervisor still lives or not. */
export function readRun(directory: string): RunFile | undefined {
  const file = join(directory, "run.json");
  try {
    return JSON.parse(readFileSync(file, "utf8")) as RunFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (error instanceof SyntaxError)
      throw new Error(`${file} is not JSON; delete it if nothing of Trizone runs`);
    throw error;
  }
}

/** The run file if a supervisor holds the folder now. */
export function runningNow(directory: string): RunFile | undefined {
  const run = readRun(directory);
  return run && isAlive(run.supervisor) ? run : undefined;
}

/** The folder itself where neither it nor one above it is a project's. */
function projectAround(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if ([".trizone", "Pulumi.yaml"].some((name) => existsSync(join(at, name)))) return at;
    if (at === dirname(at)) return folder;
  }
}

function usable(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    const probe = join(directory, `.probe.${process.pid}`);
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (error) {
    throw new Error(
      `the data folder ${directory} can't be used (${(error as Error).message}); give this user the right to read and write it, ` +
        "or name another in TRIZONE_STATE",
    );
  }
}

/** Puts our run file in place of a dead supervisor's (returned) or of none; a link is atomic where a check is not. */
function claim(directory: string, run: RunFile): RunFile | undefined {
  const file = join(directory, "run.json");
  const mine = `${file}.${process.pid}`;
  const stale = `${file}.stale.${process.pid}`;
  writeFileSync(mine, JSON.stringify(run), { mode: 0o600 });
  try {
    const before = readRun(directory);
    if (before && isAlive(before.supervisor)) throw alreadyRunning(before);
    if (before) {
      renameSync(file, stale);
      // Another start may have put its own file there since we looked.
      const moved = JSON.parse(readFileSync(stale, "utf8")) as RunFile;
      if (isAlive(moved.supervisor)) {
        linkSync(stale, file);
        throw alreadyRunning(moved);
      }
    }
    linkSync(mine, file);
    return before;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST" && code !== "ENOENT") throw error;
    throw alreadyRunning(readRun(directory));
  } finally {
    rmSync(mine, { force: true });
    rmSync(stale, { force: true });
  }
}

function alreadyRunning(run: RunFile | undefined): Error {
  const who = run ? ` (process ${run.supervisor.pid}, stack ${run.stack})` : "";
  return new Error(
    `Trizone already runs in this folder${who}; see it with: npx trizone status; end it with: npx trizone down`,
  );
}

function emptyExceptLock(directory: string): void {
  for (const name of readdirSync(directory)) {
    if (name !== "run.json") rmSync(join(directory, name), { recursive: true, force: true });
  }
}
