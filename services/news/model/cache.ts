import type { Manifest } from "./manifest.ts";
import type { ModelSource } from "./source.ts";
export interface ModelFolder {
  version: string;
  directory: string;
  manifest: Manifest;
  labels: string[];
}
export function fetchModel(
  _source: ModelSource,
  _version: string,
  _cacheDirectory: string,
  _signal: AbortSignal,
): Promise<ModelFolder> {
  throw new Error("stub");
}
