import { fileURLToPath } from "node:url";
import { FileSource } from "./file-source.ts";
import type { Manifest } from "./manifest.ts";
import { type S3Options, S3Source } from "./s3-source.ts";

/** Where versions of a model are published: `<version>/manifest.json`, `<version>/<files>`, and `deployment.json`. */
export interface ModelSource {
  /** Names of the folders that may be versions, sorted. */
  versions(signal: AbortSignal): Promise<string[]>;
  /** @throws ModelError when the version isn't there, or its manifest is wrong. */
  manifest(version: string, signal: AbortSignal): Promise<Manifest>;
  /** Streams a file to `path`; throws ModelError naming the file on a wrong size or SHA-256. */
  download(version: string, file: string, path: string, signal: AbortSignal): Promise<void>;
  /** The deployment document `deployment.json`, and a tag that changes with it; undefined when there is none yet. */
  deployment(signal: AbortSignal): Promise<{ text: string; tag: string } | undefined>;
}

/**
 * The source that a URL names: `s3://bucket/prefix` or `file:///folder`.
 * @throws Error when it is neither.
 */
export function modelSource(url: string, options: S3Options = {}): ModelSource {
  const { protocol, hostname, pathname } = URL.canParse(url) ? new URL(url) : new URL("invalid:");
  if (protocol === "file:") return new FileSource(fileURLToPath(url));
  if (protocol === "s3:" && hostname)
    return new S3Source(hostname, decodeURIComponent(pathname).replace(/^\/+|\/+$/g, ""), options);
  throw new Error(`MODEL_URL is "${url}"; use s3://bucket/prefix or file:///folder`);
}
