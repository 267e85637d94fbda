import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Outputs } from "../../config/index.ts";
import { startOwnPlatform } from "../platform/own-platform.ts";
import { tokenOf } from "../platform/stack-token.ts";
import { restoreBackup } from "./backup.ts";

/** A platform that isn't ready by then has failed, in milliseconds. */
const READY_MS = 300_000;

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
export async function rehearse(source: string, user: string): Promise<Rehearsal> {
  const directory = await mkdtemp(join(tmpdir(), "trizone-rehearsal-"));
  try {
    const { takenAt, seconds: copySeconds } = await restoreBackup(directory, source);
    const rpoSeconds = (Date.now() - Date.parse(takenAt)) / 1000;
    const begun = Date.now();
    await using platform = await startOwnPlatform({
      ...{ directory, arguments: ["--no-autoscale"], timeoutMs: READY_MS },
    });
    const orders = await ordersOf(platform.outputs, user);
    const startSeconds = (Date.now() - begun) / 1000;
    const rtoSeconds = copySeconds + startSeconds;
    return { takenAt, copySeconds, startSeconds, rtoSeconds, rpoSeconds, orders };
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
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
