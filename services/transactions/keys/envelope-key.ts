import { fileURLToPath } from "node:url";
import { FileEnvelopeKey } from "./key-file.ts";

/** A data key: AES-256, for one record. */
export interface DataKey {
  plain: Buffer;
  /** `plain` under the envelope key `keyId`. */
  wrapped: Buffer;
  keyId: string;
}

/** Wraps data keys: AWS KMS, or a key file. `owner` is bound to what is wrapped: for another it does not open. */
export interface EnvelopeKey {
  /** A fresh data key under the newest envelope key. */
  newDataKey(owner: string): Promise<DataKey>;
  /** @throws Error when the envelope key is away or gone, or the data key was not wrapped for this owner. */
  openDataKey(key: Omit<DataKey, "plain">, owner: string): Promise<Buffer>;
}

/**
 * The envelope key of a pod.
 * @param where the ARN of a KMS key, or the `file:` URL of a key file
 * @throws Error saying what is wrong with it.
 */
export async function envelopeKey(where: string): Promise<EnvelopeKey> {
  if (where.startsWith("arn:")) {
    // Loaded only where it is used: AWS's client takes memory that a pod on a laptop needn't have.
    const { KmsEnvelopeKey } = await import("./kms.ts");
    return new KmsEnvelopeKey(where);
  }
  if (!where.startsWith("file:///")) {
    throw new Error("PERSONAL_DATA_KEY must be the ARN of a KMS key or the file: URL of a key file");
  }
  const key = new FileEnvelopeKey(fileURLToPath(where));
  await key.check();
  return key;
}
