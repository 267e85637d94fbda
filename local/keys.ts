import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import type { Graph } from "../engine/index.ts";
import { writeDurably } from "./files.ts";
import { GraphReader } from "./graph-reader.ts";
import type { State } from "./state.ts";

/** Bytes of an AES-256 key. */
const BYTES = 32;

const Key = z.object({ arn: z.string(), keyId: z.string() });

/**
 * KMS on a laptop: a file of mode 600 for each symmetric key, with one line, `<id> <base64 of 32 bytes>`, made once. In a
 * container's environment the file's URL takes the place of the key's ARN. Leaves out KMS's API, grants and rotation,
 * and encrypts nothing of what stands for disks, buckets and logs.
 * @returns ARN -> URL
 */
export async function keyFiles(graph: Graph, state: State): Promise<Record<string, string>> {
  const reader = new GraphReader(graph);
  const keys = reader.all("aws:kms/key:Key", Key);
  reader.check();
  state.folder("keys");
  const files = keys.map(async ({ value: { arn, keyId } }): Promise<[string, string]> => {
    const file = state.path("keys", keyId);
    if (!existsSync(file)) await writeDurably(file, `${keyId} ${randomBytes(BYTES).toString("base64")}\n`);
    return [arn, pathToFileURL(file).href];
  });
  return Object.fromEntries(await Promise.all(files));
}
