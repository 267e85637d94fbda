import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { buildImages } from "../../services/build/images.ts";
import { runFolder } from "../run-folder.ts";
import { endWithUs } from "./end-with-us.ts";

/** Shared by all that one run tests: the build skips what is up to date. */
const images = imagesFolder();
const built = new Map<string, Promise<string>>();

async function imagesFolder(): Promise<string> {
  const run = runFolder();
  if (run === undefined) return mkdtemp(join(tmpdir(), "trizone-images-"));
  const folder = join(run, "images");
  await mkdir(folder, { recursive: true });
  return folder;
}

/** For who starts pods outside a run of tests; that drops its images itself. */
export async function dropImages(): Promise<void> {
  built.clear();
  await rm(await images, { recursive: true, force: true });
}

/** A service running as a pod does: its bundle, in a process of its own. */
export interface RunningPod {
  url: string;
  admin: string;
  process: ChildProcess;
  /** Resolves with the exit code. */
  exited: Promise<number | null>;
  /** Everything it wrote so far. */
  output(): string;
  stop(): Promise<number | null>;
}

/** The folder that stands for a service's /app. Looked at once: a run is one of the same sources, also while they change. */
export function imageOf(service: string): Promise<string> {
  const known = built.get(service) ?? build(service);
  built.set(service, known);
  return known;
}

async function build(service: string): Promise<string> {
  const [image] = await buildImages(await images, [service]);
  if (!image) throw new Error(`${service} has no image`);
  return image.directory;
}

/** Starts a pod in zone `a` by default, and waits until it listens. */
export async function startPod(service: string, env: Record<string, string>): Promise<RunningPod> {
  return startProgram(join(await imageOf(service), "main.js"), service, env);
}

/** The same with a program in the place of the service's own. */
export async function startProgram(
  program: string,
  service: string,
  env: Record<string, string>,
): Promise<RunningPod> {
  const child = spawn(process.execPath, [program], {
    env: {
      PATH: process.env.PATH,
      SERVICE: service,
      POD_NAME: `${service}-1`,
      ZONE: "a",
      HTTP_PORT: "0",
      ADMIN_PORT: "0",
      TERMINATION_LAME_DUCK_MS: "200",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  endWithUs(child);
  let output = "";
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const exited = once(child, "exit").then(([code]) => code as number | null);
  const listening = new Promise<{ http: number; admin: number }>((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      output += `${line}\n`;
      const entry = line.startsWith("{") ? JSON.parse(line) : {};
      if (entry.msg === "listening") resolve(entry);
    });
  });
  const failed = exited.then((code) => {
    throw new Error(`${service} ended with ${code} before it listened:\n${output}`);
  });
  failed.catch(() => undefined);
  const ports = await Promise.race([listening, failed]);
  return {
    url: `http://127.0.0.1:${ports.http}`,
    admin: `http://127.0.0.1:${ports.admin}`,
    process: child,
    exited,
    output: () => output,
    stop: async () => {
      child.kill("SIGCONT");
      child.kill("SIGTERM");
      return exited;
    },
  };
}
