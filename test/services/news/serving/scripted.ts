import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { LoadedModel, Prediction } from "../../../../services/news/inference/loaded-model.ts";
import type { ModelFolder } from "../../../../services/news/model/cache.ts";
import { type Manifest, ModelError } from "../../../../services/news/model/manifest.ts";
import type { ModelSource } from "../../../../services/news/model/source.ts";
import type { Deployment } from "../../../../services/news/serving/deployment.ts";

export const LABELS = ["negative", "neutral", "positive"];

const SHA256 = "0".repeat(64);

export function manifestOf(version: string, change: Partial<Manifest> = {}): Manifest {
  const file = { bytes: 1, sha256: SHA256 };
  return {
    schema: 1,
    name: "scripted",
    version,
    created: "2026-11-29",
    license: "Apache-2.0",
    base: "none",
    architecture: "BertForSequenceClassification",
    model: "model.onnx",
    precision: "fp32",
    inputs: ["input_ids", "attention_mask"],
    output: "logits",
    labels: LABELS,
    maxTokens: 64,
    padTokenId: 0,
    unkTokenId: 1,
    temperature: 1,
    files: { "config.json": file, "tokenizer.json": file, "model.onnx": file },
    ...change,
  };
}

/** How a scripted version behaves; may be changed while it runs. */
export interface Script {
  labels?: string[];
  /** @default by the text's characters, the same for all versions */
  labelOf?(text: string): string;
  /** What it says that a text took, in milliseconds. @default 2 */
  ms?: number;
  /** Thrown by each analysis. */
  fails?: Error;
  /** Thrown by the fetch, or the load. */
  fetchFails?: () => Error | undefined;
  loadFails?: Error;
  /** Awaited by each analysis. */
  hold?: Promise<void>;
}

/** Versions of a model that behave as a test says, and the bucket that they come from. */
export class ScriptedModels {
  readonly scripts: Record<string, Script>;
  readonly loaded: string[] = [];
  readonly closed: string[] = [];
  readonly asked: Record<string, number> = {};
  deployment: Partial<Deployment> | undefined;
  /** Thrown by the source while set. */
  away: Error | undefined;
  looks = 0;

  constructor(scripts: Record<string, Script>) {
    this.scripts = scripts;
  }

  /** Writes the document's next revision. */
  deploy(change: Partial<Deployment>): void {
    const revision = (this.deployment?.revision ?? 0) + 1;
    this.deployment = { schema: 1, revision, at: "2026-11-29T00:00:00Z", by: "test", ...change };
  }

  readonly source: ModelSource = {
    versions: async () => Object.keys(this.scripts),
    manifest: async (version) => manifestOf(version),
    download: async () => undefined,
    deployment: async () => {
      this.looks += 1;
      if (this.away) throw this.away;
      if (!this.deployment) return undefined;
      return { text: JSON.stringify(this.deployment), tag: String(this.deployment.revision) };
    },
  };

  readonly fetch = async (_source: ModelSource, version: string): Promise<ModelFolder> => {
    const script = this.scripts[version];
    if (!script) throw new ModelError(version, "manifest.json", "is missing");
    const error = script.fetchFails?.();
    if (error) throw error;
    const manifest = manifestOf(version, { labels: script.labels ?? LABELS });
    return { version, directory: "/nowhere", manifest, labels: manifest.labels };
  };

  readonly load = async ({ version, manifest }: ModelFolder): Promise<LoadedModel> => {
    const script = this.scripts[version] ?? {};
    if (script.loadFails) throw script.loadFails;
    this.loaded.push(version);
    let isClosed = false;
    return {
      version,
      manifest,
      labels: manifest.labels,
      analyze: async (texts, signal) => {
        if (isClosed) throw new Error(`version ${version} is closed`);
        this.asked[version] = (this.asked[version] ?? 0) + texts.length;
        await nextTurn();
        await script.hold;
        signal?.throwIfAborted();
        if (script.fails) throw script.fails;
        return texts.map((text) => predictionOf(script, manifest.labels, text));
      },
      close: async () => {
        isClosed = true;
        this.closed.push(version);
      },
    };
  };
}

function predictionOf({ labelOf, ms = 2 }: Script, labels: readonly string[], text: string): Prediction {
  const label = labelOf?.(text) ?? labels[sumOf(text) % labels.length] ?? "";
  return {
    label,
    probabilities: Object.fromEntries(labels.map((one) => [one, one === label ? 0.9 : 0.05])),
    confidence: 0.9,
    tokens: Math.ceil(text.length / 4) + 2,
    truncatedTokens: 0,
    unknownTokens: 0,
    batchSize: 1,
    timings: { queueMs: 0, tokenizeMs: 0.1, inferMs: ms },
  };
}

function sumOf(text: string): number {
  return Buffer.from(text).reduce((sum, byte) => sum + byte, 0);
}

/** Resolves once the condition holds. @throws Error after 5 s */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await sleep(5);
  }
}
