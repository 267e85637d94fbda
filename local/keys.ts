import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import type { Graph } from "../engine/index.ts";
import type { State } from "./state.ts";

/** Bytes of an AES-256 key. */
const BYTES = 32;

/**
 * KMS on a laptop: a file of mode 600 for each symmetric key, with one line, `<id> <base64 of 32 bytes>`, made once. A
 * container that is told a key's ARN is told the file's URL in its place. Leaves out KMS's API, grants and rotation,
 * and encrypts nothing of what stands for disks, buckets and logs.
 * @returns ARN -> URL
 */
export async function keyFiles(graph: Graph, state: State): Promise<Record<string, string>> {
  const keys = graph.resources.filter(({ type }) => type === "aws:kms/key:Key");
  state.folder("keys");
  const files = keys.map(async ({ outputs }): Promise<[string, string]> => {
    const [arn, id] = [String(outputs.arn), String(outputs.keyId)];
    const file = state.path("keys", id);
    if (!existsSync(file)) await make(file, id);
    return [arn, pathToFileURL(file).href];
  });
  return Object.fromEntries(await Promise.all(files));
}

/** In one step: half a key would lose what was encrypted with it. */
async function make(file: string, id: string): Promise<void> {
  const line = `${id} ${randomBytes(BYTES).toString("base64")}\n`;
  await writeFile(`${file}.new`, line, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
}
