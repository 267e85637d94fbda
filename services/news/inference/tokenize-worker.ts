import { workerData } from "node:worker_threads";
import { move } from "piscina";
import { ModelError } from "../model/manifest.ts";
import { Tokens } from "./tokens.ts";
import type { Loaded, WorkerData } from "./worker-data.ts";

/** Token ids of several texts, one after the other. */
export interface Tokenized {
  ids: Int32Array;
  /** How many of `ids` each text has. */
  lengths: Int32Array;
  /** Tokens of each text as a whole, before it was cut. */
  tokens: Int32Array;
  /** Of each text's `ids`. */
  unknownTokens: Int32Array;
  ms: number;
}

const { directory, manifest } = workerData as WorkerData;
// Once a thread, and anew in the thread that replaces one that crashed.
let tokens: Promise<Tokens> | undefined;
const ready = () => {
  tokens ??= Tokens.read(directory, manifest);
  return tokens;
};

/** Reads the tokenizer. */
export async function load(): Promise<Loaded> {
  try {
    await ready();
    return {};
  } catch (error) {
    if (error instanceof ModelError) return { refusal: { file: error.file, problem: error.problem } };
    throw error;
  }
}

export async function tokenize(texts: readonly string[]): Promise<Tokenized> {
  const tokenizer = await ready();
  const started = performance.now();
  const encoded = texts.map((text) => tokenizer.encode(text));
  const ids = Int32Array.from(encoded.flatMap((text) => text.ids));
  move(ids);
  return {
    ids,
    lengths: Int32Array.from(encoded, (text) => text.ids.length),
    tokens: Int32Array.from(encoded, (text) => text.tokens),
    unknownTokens: Int32Array.from(encoded, (text) => text.unknownTokens),
    ms: performance.now() - started,
  };
}
