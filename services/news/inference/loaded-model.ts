import type { ModelFolder } from "../model/cache.ts";
import type { Manifest } from "../model/manifest.ts";
export interface Prediction {
  label: string;
  probabilities: Record<string, number>;
  confidence: number;
  tokens: number;
  truncatedTokens: number;
  unknownTokens: number;
  batchSize: number;
  timings: { queueMs: number; tokenizeMs: number; inferMs: number };
}
export interface LoadedModel {
  readonly version: string;
  readonly manifest: Manifest;
  readonly labels: readonly string[];
  analyze(texts: readonly string[], signal?: AbortSignal): Promise<Prediction[]>;
  close(): Promise<void>;
}
export function loadModel(
  _folder: ModelFolder,
  _options: { threads: number; queueTexts: number },
): Promise<LoadedModel> {
  throw new Error("stub");
}
