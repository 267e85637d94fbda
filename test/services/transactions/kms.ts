import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

/** A small KMS (JSON 1.1) on this machine: data keys under one key, bound to their encryption context. */
export interface TestKms {
  url: string;
  arn: string;
  /** Whether it answers. */
  setUp(up: boolean): void;
  /** Operations asked for, with their encryption context. */
  calls: string[];
  close(): Promise<void>;
}

export async function startKms(): Promise<TestKms> {
  const master = randomBytes(32);
  const arn = "arn:aws:kms:ap-southeast-2:111122223333:key/7b4c9a30-0000-4000-8000-000000000000";
  const calls: string[] = [];
  let up = true;
  const wrap = (plain: Buffer, context: string) => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", master, nonce).setAAD(Buffer.from(context));
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  };
  const unwrap = (blob: Buffer, context: string) => {
    const decipher = createDecipheriv("aes-256-gcm", master, blob.subarray(0, 12))
      .setAAD(Buffer.from(context))
      .setAuthTag(blob.subarray(-16));
    return Buffer.concat([decipher.update(blob.subarray(12, -16)), decipher.final()]);
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
    if (!up) return answer(500, { __type: "KMSInternalException", message: "away" });
    const input = JSON.parse(Buffer.concat(chunks).toString()) as {
      KeyId: string;
      CiphertextBlob?: string;
      EncryptionContext: object;
    };
    const context = JSON.stringify(input.EncryptionContext);
    const operation = String(request.headers["x-amz-target"]).replace("TrentService.", "");
    calls.push(`${operation} ${context}`);
    try {
      if (input.KeyId !== arn) throw new Error("another key");
      const plain =
        operation === "Decrypt"
          ? unwrap(Buffer.from(input.CiphertextBlob ?? "", "base64"), context)
          : randomBytes(32);
      const wrapped =
        operation === "Decrypt" ? {} : { CiphertextBlob: wrap(plain, context).toString("base64") };
      return answer(200, { KeyId: arn, Plaintext: plain.toString("base64"), ...wrapped });
    } catch {
      return answer(400, { __type: "InvalidCiphertextException", message: "" });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
    arn,
    calls,
    setUp: (value) => {
      up = value;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
