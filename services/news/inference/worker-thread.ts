import { Piscina } from "piscina";
import { type Manifest, ModelError } from "../model/manifest.ts";

/** What the worker threads of a version are started with. */
export interface WorkerData {
  directory: string;
  manifest: Manifest;
  /** Threads that one run of the graph may use. */
  threads: number;
}

/** A worker's answer to `load`: a refusal crosses threads as plain data, as an error's class and properties don't. */
export interface Loaded {
  refusal?: { file: string; problem: string };
}

/** No call takes so long, in milliseconds, even on a machine that is overloaded: the thread is replaced. */
const CALL_TIMEOUT_MS = 60_000;

/** One thread that blocks for as long as its work takes, so that the event loop doesn't. */
export class WorkerThread {
  readonly #data: WorkerData;
  readonly #pool: Piscina;

  /** @param name of the worker's file in this folder, or beside the bundle in an image */
  constructor(name: "tokenize-worker" | "infer-worker", data: WorkerData) {
    this.#data = data;
    const extension = import.meta.filename.endsWith(".ts") ? "ts" : "js";
    this.#pool = new Piscina({
      filename: new URL(`${name}.${extension}`, import.meta.url).href,
      minThreads: 1,
      maxThreads: 1,
      idleTimeout: Number.POSITIVE_INFINITY,
      workerData: data,
    });
  }

  /** @throws ModelError when the worker refuses the model. */
  async load(): Promise<void> {
    const { refusal } = await this.call<Loaded>("load", undefined);
    if (refusal) throw new ModelError(this.#data.manifest.version, refusal.file, refusal.problem);
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
