import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Hono } from "hono";
import { z } from "zod";

/** Drills that are remembered; their reports stay in the folder. */
const MOST = 50;
const LIST_TIMEOUT_MS = 20_000;
/** How long a drill that is asked to end may heal what it did. */
const END_TIMEOUT_MS = 20_000;
/** Exit code of `trizone drill` where a bar was missed. */
const MISSED = 1;

const Wanted = z.strictObject({
  scenario: z.string().regex(/^[a-z][a-z-]{0,62}$/, { error: "must be the name of a scenario" }),
  zone: z
    .string()
    .regex(/^[\w-]{1,63}$/)
    .optional(),
  rate: z.number().min(1).max(5000).optional(),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .optional(),
});

interface Drill {
  id: string;
  scenario: string;
  state: "running" | "passed" | "failed" | "error";
  startedAt: string;
  endedAt?: string;
  /** What it does now, or why it could not be run. */
  progress?: string;
}

export interface DrillsArgs {
  /** Folder of the program, whose command runs the drills. */
  directory: string;
  /** The platform's state. */
  state: string;
}

/**
 * Drills that are started by the API: each is the `trizone drill` command in a process of its own, so that its load
 * doesn't slow what it looks at. One at a time.
 */
export class Drills {
  readonly #args: DrillsArgs;
  readonly #drills: Drill[] = [];
  #running: ChildProcess | undefined;
  #scenarios: Promise<unknown> | undefined;

  constructor(args: DrillsArgs) {
    this.#args = args;
  }

  /** Routes below `/drills`. */
  routes(): Hono {
    const app = new Hono();
    app.get("/", async (c) => c.json({ scenarios: await this.#list(), drills: this.#drills }));
    app.get("/:id", (c) => {
      const drill = this.#drills.find(({ id }) => id === c.req.param("id"));
      return drill
        ? c.json({ ...drill, ...this.#report(drill.id) })
        : c.json({ detail: "there is no such drill" }, 404);
    });
    app.post("/", async (c) => {
      const wanted = Wanted.parse(await c.req.json());
      if (this.#running) return c.json({ detail: "a drill runs already; one at a time" }, 409);
      return c.json({ id: this.#start(wanted) }, 202);
    });
    return app;
  }

  /** Ends the drill that runs, which heals what it did. */
  async stop(): Promise<void> {
    const child = this.#running;
    if (!child) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const overdue = setTimeout(() => child.kill("SIGKILL"), END_TIMEOUT_MS);
    await ended;
    clearTimeout(overdue);
  }

  #folder(id: string): string {
    return join(this.#args.state, "drills", id);
  }

  #environment(): NodeJS.ProcessEnv {
    return { ...process.env, TRIZONE_STATE: this.#args.state };
  }

  /** What `trizone drill list` names; asked once. */
  #list(): Promise<unknown> {
    this.#scenarios ??= promisify(execFile)(
      process.execPath,
      [join(this.#args.directory, "bin/trizone.cjs"), "drill", "list", "--json"],
      { env: this.#environment(), timeout: LIST_TIMEOUT_MS },
    ).then(
      ({ stdout }) => JSON.parse(stdout) as unknown,
      (error) => {
        this.#scenarios = undefined;
        throw error;
      },
    );
    return this.#scenarios;
  }

  #start({ scenario, zone, rate, seed }: z.infer<typeof Wanted>): string {
    const id = randomUUID();
    const drill: Drill = { id, scenario, state: "running", startedAt: new Date().toISOString() };
    const folder = this.#folder(id);
    mkdirSync(folder, { recursive: true });
    const options = Object.entries({ zone, rate, seed, out: folder }).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, String(value)],
    );
    const command = join(this.#args.directory, "bin/trizone.cjs");
    const child = spawn(process.execPath, [command, "drill", scenario, ...options], {
      ...{ env: this.#environment(), stdio: ["ignore", "ignore", "pipe"] },
    });
    this.#running = child;
    this.#drills.unshift(drill);
    this.#drills.length = Math.min(this.#drills.length, MOST);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      drill.progress = text.trim().split("\n").at(-1)?.trim().slice(0, 500) ?? drill.progress ?? "";
    });
    const end = (state: Drill["state"]) => {
      Object.assign(drill, { state, endedAt: new Date().toISOString() });
      this.#running = undefined;
    };
    child.once("error", (error) => {
      drill.progress = error.message;
      end("error");
    });
    child.once("exit", (code) => {
      const { report } = this.#report(id);
      end(report === undefined ? "error" : code === 0 ? "passed" : code === MISSED ? "failed" : "error");
    });
    return id;
  }

  /** The report's data and page, where the drill has written them. */
  #report(id: string): { report?: unknown; html?: string } {
    const folder = this.#folder(id);
    const files = existsSync(folder) ? readdirSync(folder) : [];
    const read = (end: string) => {
      const file = files.find((name) => name.endsWith(end));
      return file === undefined ? undefined : readFileSync(join(folder, file), "utf8");
    };
    const [data, html] = [read(".json"), read(".html")];
    return {
      ...(data !== undefined && { report: JSON.parse(data) as unknown }),
      ...(html !== undefined && { html }),
    };
  }
}
