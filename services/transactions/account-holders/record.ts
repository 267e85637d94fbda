import type { EnvelopeKey } from "../keys/envelope.ts";
import { openSealed, seal } from "../keys/envelope.ts";

/** An account holder's fields, in the clear: never to be logged. */
export interface Fields {
  name: string;
  email: string;
  taxFileNumber: string | null;
}

/** A row of `account_holders`, as far as encryption is concerned. */
export interface SealedRecord {
  user_id: string;
  key_id: string;
  wrapped_key: Buffer;
  name: Buffer;
  email: Buffer;
  tax_file_number: Buffer | null;
}

/** User ids are visible ASCII, so that the blank keeps them apart from the field's name. */
const context = (userId: string, field: keyof Fields) => `${userId} ${field}`;

/** Seals each field on its own, under a data key of this record alone. */
export async function sealRecord(key: EnvelopeKey, userId: string, fields: Fields): Promise<SealedRecord> {
  const { plain, wrapped, keyId } = await key.newDataKey(userId);
  const sealed = (field: keyof Fields, text: string) =>
    seal(plain, Buffer.from(text), context(userId, field));
  const { name, email, taxFileNumber } = fields;
  const record = {
    user_id: userId,
    key_id: keyId,
    wrapped_key: wrapped,
    name: sealed("name", name),
    email: sealed("email", email),
    tax_file_number: taxFileNumber === null ? null : sealed("taxFileNumber", taxFileNumber),
  };
  plain.fill(0);
  return record;
}

/** @throws Error when a field was changed, or belongs to another user or field. */
export async function openRecord(key: EnvelopeKey, record: SealedRecord): Promise<Fields> {
  const userId = record.user_id;
  const plain = await key.openDataKey({ wrapped: record.wrapped_key, keyId: record.key_id }, userId);
  const opened = (field: keyof Fields, sealed: Buffer) =>
    openSealed(plain, sealed, context(userId, field)).toString();
  const fields = {
    name: opened("name", record.name),
    email: opened("email", record.email),
    taxFileNumber: record.tax_file_number && opened("taxFileNumber", record.tax_file_number),
  };
  plain.fill(0);
  return fields;
}
