import type { Manifest } from "./manifest.ts";
export interface ModelSource {
  versions(signal: AbortSignal): Promise<string[]>;
  manifest(version: string, signal: AbortSignal): Promise<Manifest>;
  download(version: string, file: string, path: string, signal: AbortSignal): Promise<void>;
  deployment(signal: AbortSignal): Promise<{ text: string; tag: string } | undefined>;
}
