import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CheckedFile } from "./checked-file.ts";
import { isVersion, type Manifest, ModelError, parseManifest } from "./manifest.ts";
import type { ModelSource } from "./source.ts";

/** Models in a folder, which is what a bucket is on a laptop. */
export class FileSource implements ModelSource {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async versions(_signal: AbortSignal): Promise<string[]> {
    const entries = await readdir(this.#folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && isVersion(entry.name))
      .map(({ name }) => name)
      .sort();
  }

  async manifest(version: string, signal: AbortSignal): Promise<Manifest> {
    const path = this.#path(version, "manifest.json");
    const text = await readFile(path, { encoding: "utf8", signal }).catch(
      async (error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error;
        // A folder that is missing as a whole is not the version's fault.
        await stat(this.#folder);
        throw new ModelError(version, "manifest.json", "is missing: there is no such version");
      },
    );
    return parseManifest(version, text);
  }

  async download(version: string, file: string, path: string, signal: AbortSignal): Promise<void> {
    const manifest = await this.manifest(version, signal);
    await using target = await CheckedFile.create(manifest, file, path);
    try {
      for await (const chunk of createReadStream(this.#path(version, file), { signal }))
        await target.write(chunk as Buffer);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      throw new ModelError(version, file, "is missing");
    }
    await target.check();
  }

  async deployment(signal: AbortSignal): Promise<{ text: string; tag: string } | undefined> {
    try {
      const text = await readFile(join(this.#folder, "deployment.json"), { encoding: "utf8", signal });
      return { text, tag: createHash("sha256").update(text).digest("hex") };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      await stat(this.#folder);
      return undefined;
    }
  }

  #path(version: string, file: string): string {
    if (!isVersion(version))
      throw new ModelError(version, "manifest.json", "can't be: that is no version's name");
    return join(this.#folder, version, file);
  }
}
