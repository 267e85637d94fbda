import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { type Manifest, ModelError } from "./manifest.ts";

/** Writes a file of a version as it comes, and checks its size and SHA-256 at the end. */
export class CheckedFile implements AsyncDisposable {
  readonly #version: string;
  readonly #file: string;
  readonly #expected: Manifest["files"][string];
  readonly #handle: FileHandle;
  readonly #hash = createHash("sha256");
  #bytes = 0;

  private constructor(manifest: Manifest, file: string, handle: FileHandle) {
    this.#version = manifest.version;
    this.#file = file;
    this.#expected = expectedOf(manifest, file);
    this.#handle = handle;
  }

  /** @throws ModelError when the manifest doesn't list the file. */
  static async create(manifest: Manifest, file: string, path: string): Promise<CheckedFile> {
    expectedOf(manifest, file);
    return new CheckedFile(manifest, file, await open(path, "w"));
  }

  /** What was written until now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @throws ModelError as soon as the file is longer than it should be. */
  async write(chunk: Uint8Array): Promise<void> {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#expected.bytes) this.#refuse(`is longer than its ${this.#expected.bytes} bytes`);
    this.#hash.update(chunk);
    await this.#handle.writeFile(chunk);
  }

  /** To be called at the end. @throws ModelError on a wrong size or SHA-256. */
  async check(): Promise<void> {
    const { bytes, sha256 } = this.#expected;
    if (this.#bytes !== bytes) this.#refuse(`is truncated: ${this.#bytes} of ${bytes} bytes`);
    const found = this.#hash.digest("hex");
    if (found !== sha256)
      this.#refuse(`has the SHA-256 ${found}, but the manifest says ${sha256}: publish it again`);
    await this.#handle.sync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }

  #refuse(problem: string): never {
    throw new ModelError(this.#version, this.#file, problem);
  }
}

function expectedOf({ version, files }: Manifest, file: string) {
  const expected = Object.hasOwn(files, file) ? files[file] : undefined;
  if (!expected) throw new ModelError(version, file, "is not listed in manifest.json");
  return expected;
}

/** Checks a file that lies in `path` already. @throws ModelError when it is missing, or of a wrong size or SHA-256. */
export async function checkFile(
  manifest: Manifest,
  file: string,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const { bytes, sha256 } = expectedOf(manifest, file);
  const refuse = (problem: string) => new ModelError(manifest.version, file, problem);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") throw refuse("is missing");
    throw error;
  });
  if (found.size !== bytes) throw refuse(`has ${found.size} bytes, but the manifest says ${bytes}`);
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { signal })) hash.update(chunk);
  const digest = hash.digest("hex");
  if (digest !== sha256) throw refuse(`has the SHA-256 ${digest}, but the manifest says ${sha256}`);
}
