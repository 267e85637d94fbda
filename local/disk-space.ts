import { EventEmitter } from "node:events";
import { statfs } from "node:fs/promises";

/** Bytes that must be free for PostgreSQL to recover: it writes ahead into files of 16 MiB. */
const ENOUGH = 20 * 2 ** 20;
/** How often a full disk is looked at, in milliseconds. */
const LOOK_MS = 1000;

/** Whether the disk of a folder has the space that is needed to go on. */
export async function hasSpace(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize >= ENOUGH;
}

/** Whether a message says that a disk is full, in Node's words, PostgreSQL's or ours. */
const isFull = (message: string) => /ENOSPC|No space left on device|disk\b.* is full/i.test(message);

/**
 * The disk of the state folder. On a full one every write fails, of every part: that is said once, and once more when
 * there is space again. Emits `space` then, for what could not be written meanwhile.
 */
export class DiskSpace extends EventEmitter<{ space: [] }> {
  readonly #folder: string;
  readonly #report: (message: string) => void;
  #watch: NodeJS.Timeout | undefined;

  /** @param report gets the sentences for a person */
  constructor(folder: string, report: (message: string) => void) {
    super();
    this.#folder = folder;
    this.#report = report;
  }

  /** Passes a problem on, but for one of a full disk that was said already. */
  readonly report = (message: string): void => {
    if (!isFull(message)) {
      this.#report(message);
      return;
    }
    if (this.#watch) return;
    this.#watch = setInterval(() => void this.#look(), LOOK_MS).unref();
    this.#report(
      `the disk of ${this.#folder} is full (${message}). All goes on by itself when there is space again: free some; ` +
        "until then orders may be refused, and logs have gaps",
    );
  };

  close(): void {
    clearInterval(this.#watch);
    this.removeAllListeners();
  }

  async #look(): Promise<void> {
    // A folder that can't be looked at has no space that anybody could use.
    const space = await hasSpace(this.#folder).catch(() => false);
    if (!space || !this.#watch) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#report(`the disk of ${this.#folder} has space again`);
    this.emit("space");
  }
}
