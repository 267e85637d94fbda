import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/** A data key: AES-256, for one record. */
export interface DataKey {
  plain: Buffer;
  /** `plain` under the envelope key `keyId`. */
  wrapped: Buffer;
  keyId: string;
}

/**
 * Envelope encryption: wraps data keys under a key in AWS KMS or in a key file. The wrapped key is bound to its `owner`, and
 * doesn't open for another.
 */
export interface EnvelopeKey {
  /** A fresh data key under the newest envelope key. */
  newDataKey(owner: string): Promise<DataKey>;
  /** @throws Error when the envelope key is away or gone, or the data key was not wrapped for this owner. */
  openDataKey(key: Omit<DataKey, "plain">, owner: string): Promise<Buffer>;
}

/** AES-256-GCM with a random 96-bit nonce and a tag of 128 bits (NIST SP 800-38D). */
const ALGORITHM = "aes-256-gcm";
const NONCE = 12;
const TAG = 16;

/** Nonce, ciphertext and tag. @param context what it belongs to: under another it does not open */
export function seal(key: Buffer, plain: Buffer, context: string): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG }).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error when it was changed, or sealed under another key or context. */
export function openSealed(key: Buffer, sealed: Buffer, context: string): Buffer {
  if (sealed.length < NONCE + TAG) throw new Error("a sealed value is too short to be one");
  const nonce = sealed.subarray(0, NONCE);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG })
    .setAAD(Buffer.from(context))
    .setAuthTag(sealed.subarray(sealed.length - TAG));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE, sealed.length - TAG)), decipher.final()]);
}
