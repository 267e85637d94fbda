import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Outputs } from "../../config/index.ts";
import { tokenOf } from "../platform/stack-token.ts";
import { restoreBackup } from "./backup.ts";

/** A platform that isn't ready by then has failed, in milliseconds. */
const READY_MS = 300_000;
const END_MS = 30_000;

/** What a rehearsal of a restore showed. */
export interface Rehearsal {
  takenAt: string;
  /** To copy the backup, to start the platform on it, and both: the recovery time objective's measure. */
  copySeconds: number;
  startSeconds: number;
  rtoSeconds: number;
  /** Age of the backup: what was committed since is lost. The recovery point objective's measure. */
  rpoSeconds: number;
  /** Orders that a user of the restored platform sees, a page of them. */
  orders: number;
}

/** Restores a backup into a folder of its own, starts a platform on it, reads a user's orders there and ends it. */
export async function rehearse(projectDirectory: string, source: string, user: string): Promise<Rehearsal> {
  const directory = await mkdtemp(join(tmpdir(), "trizone-rehearsal-"));
  try {
    const { takenAt, seconds: copySeconds } = await restoreBackup(directory, source);
    const rpoSeconds = (Date.now() - Date.parse(takenAt)) / 1000;
    const begun = Date.now();
    const platform = spawn(
      process.execPath,
      [
        join(projectDirectory, "bin/trizone.cjs"),
        "up",
        "--port",
        "0",
        "--no-autoscale",
        "--until-stdin-ends",
      ],
      { env: { ...process.env, TRIZONE_STATE: directory }, stdio: ["pipe", "ignore", "pipe"] },
    );
    const ended = once(platform, "exit");
    let said = "";
    platform.stderr.on("data", (bytes: Buffer) => (said = (said + bytes).slice(-2000)));
    try {
      const outputs = await ready(join(directory, "outputs.json"), () => {
        if (platform.exitCode === null && Date.now() - begun < READY_MS) return;
        throw new Error(`the platform did not start on the restored data: ${said.trim()}`);
      });
      const orders = await ordersOf(outputs, user);
      const startSeconds = (Date.now() - begun) / 1000;
      const rtoSeconds = copySeconds + startSeconds;
      return { takenAt, copySeconds, startSeconds, rtoSeconds, rpoSeconds, orders };
    } finally {
      platform.stdin.end();
      await Promise.race([ended, sleep(END_MS, undefined, { ref: false })]);
      if (platform.exitCode === null) platform.kill("SIGKILL");
    }
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function ready(file: string, check: () => void): Promise<Outputs> {
  while (!existsSync(file)) {
    check();
    await sleep(200);
  }
  return Outputs.parse(JSON.parse(await readFile(file, "utf8")));
}

async function ordersOf(outputs: Outputs, user: string): Promise<number> {
  const authorization = `Bearer ${await tokenOf(outputs, user, false)}`;
  const response = await fetch(`${outputs.apiUrl}/orders`, {
    headers: { authorization },
    signal: AbortSignal.timeout(30_000),
  });
  const answer = (await response.json()) as { detail?: string; orders?: unknown[]; items?: unknown[] };
  if (!response.ok) throw new Error(`the restored platform answered ${response.status}: ${answer.detail}`);
  return (answer.orders ?? answer.items ?? []).length;
}
