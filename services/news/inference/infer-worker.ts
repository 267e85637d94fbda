import { join } from "node:path";
import { workerData } from "node:worker_threads";
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { Loaded, WorkerData } from "./worker-data.ts";

/** Texts that the graph is run on together. */
export interface Batch {
  /** Their token ids, one text after the other. */
  ids: Int32Array;
  lengths: Int32Array;
}

export interface Inferred {
  /** [text, label]. */
  logits: Float32Array;
  ms: number;
}

const { directory, manifest, threads } = workerData as WorkerData;
// Once a thread, and anew in the thread that replaces one that crashed.
let session: Promise<InferenceSession> | undefined;
const ready = () => {
  session ??= InferenceSession.create(join(directory, manifest.model), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Its errors are thrown too; they needn't be on standard error as well.
    logSeverityLevel: 4,
    // Its threads spin while they wait for each other, as waking one takes as long as an operator of a small graph. One
    // that spun beyond the end of a run would take its core from the event loop, and from the zone's other pods.
    extra: { session: { intra_op: { allow_spinning: "1" }, force_spinning_stop: "1" } },
  });
  return session;
};

/** Loads the graph, checks that it is what the manifest says, and runs it on the shortest and the longest input. */
export async function load(): Promise<Loaded> {
  const { model: file, inputs, output, labels, maxTokens, padTokenId } = manifest;
  const refuse = (problem: string) => ({ refusal: { file, problem } });
  try {
    const { inputNames, outputNames } = await ready();
    if ([...inputNames].sort().join() !== [...inputs].sort().join())
      return refuse(`takes the inputs ${inputNames.join(", ")}, but the manifest says ${inputs.join(", ")}`);
    if (!outputNames.includes(output))
      return refuse(`gives ${outputNames.join(", ")}, but the manifest says ${output}`);
  } catch (error) {
    return refuse(`is no graph that ONNX Runtime can load: ${messageOf(error)}`);
  }
  try {
    for (const lengths of [[2], [maxTokens, 2]]) {
      const ids = new Int32Array(lengths.reduce((sum, length) => sum + length, 0)).fill(padTokenId);
      const { logits } = await infer({ ids, lengths: Int32Array.from(lengths) });
      if (logits.length !== lengths.length * labels.length)
        return refuse(`gives ${logits.length / lengths.length} logits a text for ${labels.length} labels`);
      if (!logits.every(Number.isFinite)) return refuse("gives logits that are no numbers");
    }
  } catch (error) {
    return refuse(`fails on a text of ${maxTokens} tokens: ${messageOf(error)}`);
  }
  return {};
}

export async function infer({ ids, lengths }: Batch): Promise<Inferred> {
  const graph = await ready();
  const started = performance.now();
  const texts = lengths.length;
  const longest = Math.max(...lengths);
  const input_ids = new Int64Matrix(texts, longest, manifest.padTokenId);
  const attention_mask = new Int64Matrix(texts, longest, 0);
  let from = 0;
  for (const [text, length] of lengths.entries()) {
    input_ids.setRow(text, ids.subarray(from, from + length));
    attention_mask.fillRow(text, length, 1);
    from += length;
  }
  const feeds: Record<string, Tensor> = {
    input_ids: input_ids.tensor(),
    attention_mask: attention_mask.tensor(),
  };
  // All tokens are of the first segment: there is only one text.
  if (manifest.inputs.includes("token_type_ids"))
    feeds.token_type_ids = new Int64Matrix(texts, longest, 0).tensor();
  const results = await graph.run(feeds, [manifest.output]);
  const logits = results[manifest.output]?.data;
  if (!(logits instanceof Float32Array)) throw new Error(`${manifest.output} is not of float32`);
  // A copy, as the runtime's own memory can't be sent to another thread.
  return { logits: logits.slice(), ms: performance.now() - started };
}

/** Frees the graph's memory, before the thread ends. */
export async function release(): Promise<void> {
  // One that couldn't be loaded was reported by then, and holds nothing.
  const loaded = await session?.catch(() => undefined);
  await loaded?.release();
}

/** Rows of int64 numbers below 2^31, which are written as pairs of int32: BigInts would cost more than the tokens. */
class Int64Matrix {
  readonly #shape: [number, number];
  readonly #data: BigInt64Array;
  readonly #halves: Int32Array;

  constructor(rows: number, columns: number, value: number) {
    this.#shape = [rows, columns];
    this.#data = new BigInt64Array(rows * columns).fill(BigInt(value));
    this.#halves = new Int32Array(this.#data.buffer);
  }

  setRow(row: number, values: Int32Array): void {
    const from = row * this.#shape[1];
    // Both x64 and arm64 keep the lower half first.
    for (let i = 0; i < values.length; i += 1) this.#halves[2 * (from + i)] = values[i] ?? 0;
  }

  fillRow(row: number, length: number, value: number): void {
    const from = row * this.#shape[1];
    this.#data.fill(BigInt(value), from, from + length);
  }

  tensor(): Tensor {
    return new Tensor("int64", this.#data, this.#shape);
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
