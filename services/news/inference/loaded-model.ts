import { ProblemError } from "../../kit/http/problem.ts";
import type { ModelFolder } from "../model/cache.ts";
import { type Manifest, ModelError } from "../model/manifest.ts";
import { WorkerThread } from "../worker-thread.ts";
import { type Answer, Batcher, type BatcherOptions } from "./batcher.ts";
import type { Inferred } from "./infer-worker.ts";
import type { Tokenized } from "./tokenize-worker.ts";
import type { Loaded, WorkerData } from "./worker-data.ts";

/** What a version says of one text. */
export interface Prediction {
  label: string;
  /** Of every label; they sum up to 1. */
  probabilities: Record<string, number>;
  /** The probability of `label`. */
  confidence: number;
  /** Of the whole text, special ones included. */
  tokens: number;
  /** Those at the end that the model did not see. */
  truncatedTokens: number;
  /** Of those that it saw, the ones that its vocabulary doesn't know. */
  unknownTokens: number;
  /** Texts that were run together with this one, itself included. */
  batchSize: number;
  /** Waiting, and the duration of the two calls that the text was part of. */
  timings: { queueMs: number; tokenizeMs: number; inferMs: number };
}

/** A version that was loaded, and has answered already. */
export interface LoadedModel {
  readonly version: string;
  readonly manifest: Manifest;
  readonly labels: readonly string[];
  /** Throws ProblemError 503 with Retry-After when the queue is full; rejects with the signal's reason when aborted. */
  analyze(texts: readonly string[], signal?: AbortSignal): Promise<Prediction[]>;
  /** Finishes what was accepted, and frees the memory. What comes later is refused with 503. */
  close(): Promise<void>;
}

export interface LoadOptions extends BatcherOptions {
  /** Threads that one run of the graph may use: the pod's CPUs. */
  threads: number;
  /** Bytes that the process may have; 0 for any. @default the container's limit */
  memoryLimit?: number;
}

const MIB = 2 ** 20;
/** Bytes that a version takes besides its graph: two threads, and the vocabulary in one of them. */
const THREADS_BYTES = 64 * MIB;

/**
 * Loads and warms a version that was fetched.
 * @throws ModelError naming the file that can't be used, or for which the container has no room: the kernel would end
 * the pod, and with it the versions that answer.
 */
export async function loadModel(folder: ModelFolder, options: LoadOptions): Promise<LoadedModel> {
  refuseTooLarge(folder, options.memoryLimit ?? process.constrainedMemory());
  const data: WorkerData = {
    directory: folder.directory,
    manifest: folder.manifest,
    threads: options.threads,
  };
  const model = new Model(
    folder,
    new WorkerThread("tokenize-worker", import.meta.url, data),
    new WorkerThread("infer-worker", import.meta.url, data),
    options,
  );
  try {
    await model.load();
    return model;
  } catch (error) {
    await model.close();
    throw error;
  }
}

function refuseTooLarge({ version, manifest }: ModelFolder, limit: number): void {
  const bytes = manifest.files[manifest.model]?.bytes ?? 0;
  // The runtime has the weights a second time, in the order that it multiplies them in.
  const needed = 2 * bytes + THREADS_BYTES;
  const room = limit - process.memoryUsage.rss();
  if (limit === 0 || needed <= room) return;
  const [takes, has] = [needed, Math.max(0, room)].map((size) => Math.round(size / MIB));
  throw new ModelError(
    version,
    manifest.model,
    `takes about ${takes} MiB of memory, and the pod has ${has} left`,
  );
}

/** Names no words that a test or a log could mistake for a client's. */
const WARM_UP = "Shares rise after the company lifts its guidance";

class Model implements LoadedModel {
  readonly version: string;
  readonly manifest: Manifest;
  readonly labels: readonly string[];
  readonly #tokenizer: WorkerThread;
  readonly #graph: WorkerThread;
  readonly #batcher: Batcher;
  #closed: Promise<void> | undefined;

  constructor(folder: ModelFolder, tokenizer: WorkerThread, graph: WorkerThread, options: LoadOptions) {
    this.version = folder.version;
    this.manifest = folder.manifest;
    this.labels = folder.labels;
    this.#tokenizer = tokenizer;
    this.#graph = graph;
    this.#batcher = new Batcher(
      {
        tokenize: (texts) => tokenizer.call<Tokenized>("tokenize", texts),
        infer: (batch) => graph.call<Inferred>("infer", batch),
      },
      options,
    );
  }

  async load(): Promise<void> {
    await Promise.all([this.#loadOn(this.#tokenizer), this.#loadOn(this.#graph)]);
    // The whole way once, and once more with what the compiler made of it.
    for (let i = 0; i < 2; i += 1) await this.analyze([WARM_UP]);
  }

  async #loadOn(thread: WorkerThread): Promise<void> {
    const { refusal } = await thread.call<Loaded>("load", undefined);
    if (refusal) throw new ModelError(this.version, refusal.file, refusal.problem);
  }

  async analyze(texts: readonly string[], signal?: AbortSignal): Promise<Prediction[]> {
    if (this.#closed)
      throw new ProblemError(503, "This version of the model is being unloaded; try again.", {
        headers: { "retry-after": "1" },
      });
    const answers = await this.#batcher.add(texts, signal);
    return answers.map((answer) => this.#predict(answer));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#batcher.drained();
    try {
      await this.#graph.call("release", undefined);
    } finally {
      await Promise.all([this.#tokenizer.close(), this.#graph.close()]);
    }
  }

  #predict({ logits, ...answer }: Answer): Prediction {
    const probabilities = softmax(logits, this.manifest.temperature);
    const confidence = Math.max(...probabilities);
    return {
      label: this.labels[probabilities.indexOf(confidence)] ?? "",
      probabilities: Object.fromEntries(this.labels.map((label, i) => [label, probabilities[i] ?? 0])),
      confidence,
      ...answer,
    };
  }
}

function softmax(logits: Float32Array, temperature: number): number[] {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp((logit - largest) / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
