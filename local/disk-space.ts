import { EventEmitter } from "node:events";
import { statfs } from "node:fs/promises";

/** Bytes that must be free for PostgreSQL to recover: it writes ahead into files of 16 MiB. */
const ENOUGH = 20 * 2 ** 20;
/** With less than this many bytes a disk is full. */
const NOTHING = 2 ** 20;
/** How often the disk is looked at, in milliseconds. */
const LOOK_MS = 1000;

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Whether the disk of a folder has the space that is needed to go on. */
export async function hasSpace(folder: string): Promise<boolean> {
  return (await freeBytes(folder)) >= ENOUGH;
}

/** Whether a message says that a disk is full, in Node's words, PostgreSQL's or ours. */
const saysFull = (message: string) => /ENOSPC|No space left on device|disk\b.* is full/i.test(message);

/**
 * The disk of the state folder. On a full one every write fails, of every part: that is said once, and once more when
 * there is space again. Emits `space` then, for what could not be written meanwhile.
 */
export class DiskSpace extends EventEmitter<{ space: [] }> {
  readonly #folder: string;
  readonly #report: (message: string) => void;
  readonly #watch: NodeJS.Timeout;
  #full = false;

  /** @param report gets the sentences for a person */
  constructor(folder: string, report: (message: string) => void) {
    super();
    this.#folder = folder;
    this.#report = report;
    this.#watch = setInterval(() => void this.#look(), LOOK_MS).unref();
  }

  /** Passes a problem on, but for one of a full disk that was said already. */
  readonly report = (message: string): void => {
    if (saysFull(message)) this.#sayFull();
    else this.#report(message);
  };

  close(): void {
    clearInterval(this.#watch);
    this.removeAllListeners();
  }

  #sayFull(): void {
    if (this.#full) return;
    this.#full = true;
    this.#report(
      `the disk of ${this.#folder} is full: orders are refused, and logs have gaps, until there is space. Free some; ` +
        "nothing needs to be started again, and no order is lost that was accepted",
    );
  }

  async #look(): Promise<void> {
    // A folder that can't be looked at has no space that anybody could use.
    const free = await freeBytes(this.#folder).catch(() => 0);
    if (free < NOTHING) this.#sayFull();
    if (free < ENOUGH || !this.#full) return;
    this.#full = false;
    this.#report(`the disk of ${this.#folder} has space again`);
    this.emit("space");
  }
}
