import { Piscina } from "piscina";

/** No call takes so long, in milliseconds, even on a machine that is overloaded: the thread is replaced. */
const CALL_TIMEOUT_MS = 60_000;

/**
 * In MiB. Long texts leave much behind, which a thread would not look for as long as it may grow as large as the pod;
 * a vocabulary of 250,000 pieces fits in.
 */
const HEAP = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 12 };

/** One thread that blocks for as long as its work takes, so that the event loop doesn't. */
export class WorkerThread {
  readonly #pool: Piscina;

  /**
   * @param name of the worker's file beside the caller's own, in the sources as in an image
   * @param caller its `import.meta.url`
   * @param workerData what the thread is started with
   */
  constructor(name: string, caller: string, workerData?: unknown) {
    const extension = caller.endsWith(".ts") ? "ts" : "js";
    this.#pool = new Piscina({
      filename: new URL(`${name}.${extension}`, caller).href,
      // Begun by the first call, which may be long in coming.
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: Number.POSITIVE_INFINITY,
      workerData,
      resourceLimits: HEAP,
    });
    // A thread that ends while it does nothing is replaced by the next call, which says why if that fails too.
    this.#pool.on("error", () => undefined);
  }

  /** Calls a function that the worker's file exports. */
  call<Result>(name: string, argument: unknown): Promise<Result> {
    return this.#pool.run(argument, { name, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
  }

  /** Ends the thread; what it is doing is not waited for. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
