import type { Database } from "../../kit/database/index.ts";
import { ProblemError } from "../../kit/http/problem.ts";
import { type EnvelopeKey, openSealed, seal } from "../keys/envelope.ts";
import { type AccountHolder, maskTaxFileNumber, type NewAccountHolder } from "./account-holder.ts";

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
async function sealRecord(key: EnvelopeKey, userId: string, fields: Fields): Promise<SealedRecord> {
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
async function openRecord(key: EnvelopeKey, record: SealedRecord): Promise<Fields> {
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

interface Row extends SealedRecord, Record<string, unknown> {
  revision: string;
  updated_at: Date;
}

const COLUMNS = "user_id, key_id, wrapped_key, name, email, tax_file_number, revision, updated_at";
const FIND = { name: "account-holder", text: `SELECT ${COLUMNS} FROM account_holders WHERE user_id = $1` };
/** Changes the row that was read, or makes one where none was; else nothing. */
const SAVE = {
  name: "save-account-holder",
  text: `
  INSERT INTO account_holders AS h (user_id, key_id, wrapped_key, name, email, tax_file_number)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (user_id) DO UPDATE
    SET key_id = $2, wrapped_key = $3, name = $4, email = $5, tax_file_number = $6,
        revision = h.revision + 1, updated_at = CASE WHEN $8 THEN h.updated_at ELSE now() END
    WHERE h.revision = $7
  RETURNING ${COLUMNS}`,
};
const UNDER_OTHER_KEYS = {
  name: "account-holders-under-other-keys",
  text: `SELECT ${COLUMNS} FROM account_holders WHERE key_id <> $1 AND user_id > $2 ORDER BY user_id LIMIT $3`,
};

/** Times that a change is tried when others change the same at the same time. */
const TRIES = 5;
/** Records that one call of `rewrap` takes on. */
const REWRAP = 100;

/** What a call of `rewrap` did. */
export interface Rewrapped {
  rewrapped: number;
  /** Whose record did not open, and stays as it is. */
  failed: { userId: string; reason: string }[];
  /** To be given as `after` for the next call; nothing after the last. */
  next: string | null;
}

/** Personal data of users, encrypted per field. Every method throws ProblemError 503 when the database is away. */
export class AccountHolders {
  readonly #database: Database;
  readonly #key: EnvelopeKey;

  constructor(database: Database, key: EnvelopeKey) {
    this.#database = database;
    this.#key = key;
  }

  async find(userId: string): Promise<AccountHolder | undefined> {
    const [row] = await this.#database.ofUser(userId, () => this.#database.repeatable<Row>(FIND, [userId]));
    return row && shown(await openRecord(this.#key, row), row.updated_at);
  }

  /** @throws ProblemError 503 when others kept changing it meanwhile. */
  put(userId: string, given: NewAccountHolder): Promise<AccountHolder> {
    return this.#database.ofUser(userId, () => this.#put(userId, given));
  }

  async #put(userId: string, given: NewAccountHolder): Promise<AccountHolder> {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const [before] = await this.#database.repeatable<Row>(FIND, [userId]);
      const fields = { ...given, taxFileNumber: given.taxFileNumber ?? null };
      if (given.taxFileNumber === undefined && before?.tax_file_number) {
        fields.taxFileNumber = (await openRecord(this.#key, before)).taxFileNumber;
      }
      const saved = await this.#save(userId, fields, before);
      if (saved) return shown(fields, saved.updated_at);
    }
    throw new ProblemError(503, "The account holder is being changed by others. Try again shortly.", {
      headers: { "retry-after": "1" },
    });
  }

  /** Encrypts some records that are not under the newest envelope key anew: those of users after `after`. */
  async rewrap(after: string): Promise<Rewrapped> {
    const { keyId } = await this.#key.newDataKey("rewrap");
    const rows = await this.#database.repeatable<Row>(UNDER_OTHER_KEYS, [keyId, after, REWRAP]);
    const done: Rewrapped = { rewrapped: 0, failed: [], next: null };
    for (const row of rows) {
      const fields = await openRecord(this.#key, row).catch((error: unknown) => {
        if (error instanceof ProblemError) throw error;
        done.failed.push({ userId: row.user_id, reason: String(error) });
      });
      // One that was changed meanwhile is under the newest key already.
      if (fields && (await this.#save(row.user_id, fields, row, true))) done.rewrapped += 1;
    }
    if (rows.length === REWRAP) done.next = rows.at(-1)?.user_id ?? null;
    return done;
  }

  async #save(
    userId: string,
    fields: Fields,
    before: Row | undefined,
    same = false,
  ): Promise<Row | undefined> {
    const sealed = await sealRecord(this.#key, userId, fields);
    const { key_id, wrapped_key, name, email, tax_file_number } = sealed;
    const values = [userId, key_id, wrapped_key, name, email, tax_file_number, before?.revision ?? 0, same];
    const [saved] = await this.#database.repeatable<Row>(SAVE, values);
    return saved;
  }
}

function shown({ name, email, taxFileNumber }: Fields, updatedAt: Date): AccountHolder {
  return {
    name,
    email,
    taxFileNumber: taxFileNumber && maskTaxFileNumber(taxFileNumber),
    updatedAt: updatedAt.toISOString(),
  };
}
