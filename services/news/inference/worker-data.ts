import type { Manifest } from "../model/manifest.ts";

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
