import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import type { Graph } from "../engine/index.ts";
import { readKept, writeDurably } from "./files.ts";
import { GraphReader } from "./graph-reader.ts";
import type { State } from "./state.ts";

/** Bytes of an AES-256 key. */
const KEY_BYTES = 32;

const KmsKey = z.object({ arn: z.string(), keyId: z.string() });

/**
 * KMS on a laptop: a file of mode 600 for each symmetric key, with one line, `<id> <base64 of 32 bytes>`, made once. In a
 * container's environment the file's URL takes the place of the key's ARN. Leaves out KMS's API, grants and rotation,
 * and encrypts nothing of what stands for disks, buckets and logs.
 * @returns ARN -> URL
 */
export async function keyFiles(graph: Graph, state: State): Promise<Record<string, string>> {
  const reader = new GraphReader(graph);
  const keys = reader.all("aws:kms/key:Key", KmsKey);
  reader.check();
  state.folder("keys");
  const files = keys.map(async ({ value: { arn, keyId } }): Promise<[string, string]> => {
    const file = state.path("keys", keyId);
    if (!existsSync(file))
      await writeDurably(file, `${keyId} ${randomBytes(KEY_BYTES).toString("base64")}\n`);
    return [arn, pathToFileURL(file).href];
  });
  return Object.fromEntries(await Promise.all(files));
}

const Values = z.record(z.string(), z.string());
const File = z.record(z.string(), Values);
const Version = z.object({
  arn: z.string(),
  secretString: z
    .string()
    .transform((text) => Values.safeParse(parsed(text)).data)
    .refine(
      (values) => values !== undefined,
      "must be a JSON object of texts, which is all that a laptop keeps",
    ),
});
const Instance = z.object({
  username: z.string().optional(),
  masterUserSecrets: z.array(z.object({ secretArn: z.string() })).default([]),
});

/**
 * Secrets Manager on a laptop: a file of mode 600. It holds the master secret of each database, made up once as RDS
 * does with `manageMasterUserPassword`, and the secrets that the program declares, each as it was the first time: their
 * passwords are drawn anew whenever the program runs. Leaves out rotation, versions, resource policies and KMS.
 */
export class Secrets {
  readonly #values: Record<string, Record<string, string>>;

  private constructor(values: Record<string, Record<string, string>>) {
    this.#values = values;
  }

  /** The secrets of a graph; those that the file holds already stay. Throws when the file can't be read or written. */
  static async open(file: string, graph: Graph): Promise<Secrets> {
    const reader = new GraphReader(graph);
    const remedy = "restore it, or drop all data with: npm start -- --fresh";
    const values = (await readKept(file, File, "the secrets", remedy)) ?? {};
    for (const { value } of reader.all("aws:secretsmanager/secretVersion:SecretVersion", Version))
      values[value.arn] ??= value.secretString ?? {};
    for (const { value } of reader.all("aws:rds/instance:Instance", Instance)) {
      for (const { secretArn } of value.masterUserSecrets)
        values[secretArn] ??= {
          username: value.username ?? "",
          password: randomBytes(24).toString("base64url"),
        };
    }
    reader.check();
    await writeDurably(file, values);
    return new Secrets(values);
  }

  /** The user and password that a database was made with; its user stays, whatever the program declares later. */
  master(arn: string, username: string): { username: string; password: string } {
    const { username: kept, password = "" } = this.read(arn);
    return { username: kept || username, password };
  }

  /** The key-value pairs of a secret. Throws for an ARN that the graph did not declare. */
  read(arn: string): Record<string, string> {
    const found = this.#values[arn];
    if (!found)
      throw new Error(
        `no secret has the ARN ${arn}; declare it, or correct the SecretProviderClass that names it`,
      );
    return found;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses it.
    return undefined;
  }
}
