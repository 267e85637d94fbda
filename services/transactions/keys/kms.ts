import { DecryptCommand, GenerateDataKeyCommand, KMSClient, KMSServiceException } from "@aws-sdk/client-kms";
import { ProblemError } from "../../kit/http/problem.ts";
import type { DataKey, EnvelopeKey } from "./envelope.ts";

const CONNECT_TIMEOUT_MS = 800;
const REQUEST_TIMEOUT_MS = 1500;

/**
 * Envelope keys in AWS KMS. Needs the rights `kms:GenerateDataKey` and `kms:Decrypt` on the key. The owner is the
 * encryption context, which KMS checks and is logged by AWS: it must not be personal data.
 */
export class KmsEnvelopeKey implements EnvelopeKey {
  readonly #arn: string;
  readonly #client: KMSClient;

  /** @param arn `arn:<partition>:kms:<region>:<account>:key/<id>` */
  constructor(arn: string) {
    const [, , service, region] = arn.split(":");
    if (service !== "kms" || !region) throw new Error(`${arn} is not the ARN of a KMS key`);
    this.#arn = arn;
    this.#client = new KMSClient({
      region,
      maxAttempts: 2,
      requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    });
  }

  async newDataKey(owner: string): Promise<DataKey> {
    const command = new GenerateDataKeyCommand({
      KeyId: this.#arn,
      KeySpec: "AES_256",
      EncryptionContext: { owner },
    });
    const { Plaintext, CiphertextBlob, KeyId } = await this.#client.send(command).catch(away);
    if (!Plaintext || !CiphertextBlob) throw new Error("KMS answered without a data key");
    return { plain: Buffer.from(Plaintext), wrapped: Buffer.from(CiphertextBlob), keyId: KeyId ?? this.#arn };
  }

  async openDataKey({ wrapped, keyId }: Omit<DataKey, "plain">, owner: string): Promise<Buffer> {
    const command = new DecryptCommand({
      KeyId: keyId,
      CiphertextBlob: wrapped,
      EncryptionContext: { owner },
    });
    const { Plaintext } = await this.#client.send(command).catch(away);
    if (!Plaintext) throw new Error("KMS answered without the data key");
    return Buffer.from(Plaintext);
  }
}

/** For `catch`: what KMS refused as it is; when it didn't answer or has too much to do, 503. */
function away(error: unknown): never {
  const refused =
    error instanceof KMSServiceException && error.$fault === "client" && error.$retryable === undefined;
  if (refused && !/Throttling|LimitExceeded/.test(error.name)) throw error;
  throw new ProblemError(503, "Personal data can't be opened or stored right now. Try again shortly.", {
    headers: { "retry-after": "1" },
    cause: error,
  });
}
