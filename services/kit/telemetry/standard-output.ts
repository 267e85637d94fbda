import { writeSync } from "node:fs";

const STANDARD_OUTPUT = 1;
/** Bytes of lines that wait at most; what is more is dropped. */
const MAX_WAITING = 64 * 1024;
/** When waiting lines are tried again though no other comes, in milliseconds. */
const AGAIN_MS = 1000;

/**
 * Standard output for a log: a line that can't be written, as to a file on a full disk or into a full pipe, waits for the
 * next one. Not pino's own destination: on such an error it throws, or tries again for ever while the process stands still.
 */
export class StandardOutput {
  #waiting: Uint8Array = new Uint8Array();
  #triesAgain = false;

  write(line: string): void {
    if (this.#waiting.length === 0) this.#waiting = Buffer.from(line);
    else if (this.#waiting.length < MAX_WAITING)
      this.#waiting = Buffer.concat([this.#waiting, Buffer.from(line)]);
    this.#flush();
  }

  #flush(): void {
    try {
      while (this.#waiting.length > 0) {
        const written = writeSync(STANDARD_OUTPUT, this.#waiting);
        this.#waiting = this.#waiting.subarray(written);
      }
    } catch {
      // There is nowhere else to say so.
      if (this.#triesAgain) return;
      this.#triesAgain = true;
      setTimeout(() => {
        this.#triesAgain = false;
        this.#flush();
      }, AGAIN_MS).unref();
    }
  }
}
