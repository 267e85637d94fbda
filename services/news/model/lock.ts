import { open, rm, stat, utimes } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** The holder of a lock touches its file so often, in milliseconds. */
const BEAT_MS = 1000;
/** A lock that wasn't touched for so long is of a process that ended. */
const STALE_MS = 10_000;
const LOOK_MS = 100;
/** Nobody waits for another process for longer. */
const WAIT_MS = 120_000;

/**
 * Does `work` while holding a lock file, which spares several processes the same work; their results must be right
 * without it too, as a lock whose holder stopped for long is taken over.
 * @throws Error when another process has held the lock for two minutes; the signal's reason when aborted.
 */
export async function withLock<Result>(
  path: string,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  await take(path, signal);
  const beat = setInterval(() => {
    const now = new Date();
    // Without its file the lock is lost, which costs no more than doing the work twice.
    utimes(path, now, now).catch(() => clearInterval(beat));
  }, BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await rm(path, { force: true });
  }
}

async function take(path: string, signal: AbortSignal): Promise<void> {
  const until = Date.now() + WAIT_MS;
  for (;;) {
    signal.throwIfAborted();
    try {
      await (await open(path, "wx")).close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (Date.now() > until)
      throw new Error(`Another process holds ${path} for ${WAIT_MS / 1000} s already; see what it waits for`);
    if (await isStale(path)) await rm(path, { force: true });
    else await sleep(LOOK_MS, undefined, { signal });
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    return (await stat(path)).mtimeMs < Date.now() - STALE_MS;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
