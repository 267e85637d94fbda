import { fileURLToPath } from "node:url";
import type { EnvelopeKey } from "./envelope.ts";
import { FileEnvelopeKey } from "./key-file.ts";

/**
 * Opens the envelope key of a pod.
 * @param where the ARN of a KMS key, or the `file:` URL of a key file
 * @throws Error saying what is wrong with it.
 */
export async function envelopeKey(where: string): Promise<EnvelopeKey> {
  if (where.startsWith("arn:")) {
    // Loaded only where it is used: AWS's client takes memory, and on a laptop keys are files.
    const { KmsEnvelopeKey } = await import("./kms.ts");
    return new KmsEnvelopeKey(where);
  }
  if (!where.startsWith("file:///")) {
    throw new Error(
      `PERSONAL_DATA_KEY is "${where}", but must be the ARN of a KMS key or the file: URL of a key file`,
    );
  }
  const key = new FileEnvelopeKey(fileURLToPath(where));
  await key.check();
  return key;
}
