import { WorkerThread } from "../worker-thread.ts";
import { read } from "./read-worker.ts";
import type { Source } from "./readable-text.ts";

/** Characters of markup that take well under a millisecond; 100,000 take some 20. */
const SHORT = 4096;

/** Reads texts: long ones on a thread of their own, so that the event loop doesn't wait for them. */
export class TextReader {
  readonly #thread = new WorkerThread("read-worker", import.meta.url);

  /** What a person would read of each. */
  async read(sources: readonly Source[]): Promise<string[]> {
    const characters = sources.reduce((sum, { source }) => sum + source.length, 0);
    if (characters > SHORT) return this.#thread.call<string[]>("read", sources);
    return read(sources);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
