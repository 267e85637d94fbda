import { type Database, textArray } from "../kit/database/index.ts";
import { GroupCommit } from "../kit/group-commit.ts";
import { lowestUuid7 } from "../kit/uuid.ts";

/** What a prediction holds beside its columns. It only grows: rows that were stored before lack what is new. */
export interface Detail {
  /** Probability by label. */
  probabilities: Record<string, number>;
  /** The first 280 characters of the text, at most, as the model read it. */
  excerpt: string;
  /** Characters of that text. */
  characters: number;
  /** Tokens of that text, how many of them the model did not read, and how many its vocabulary lacks. */
  tokens: number;
  truncatedTokens: number;
  unknownTokens: number;
  /** Milliseconds; `total` until the answer was known, without storing it. */
  latencyMs: { queue: number; tokenise: number; infer: number; total: number };
}

/** An answer of the classifier, as it is stored. */
export interface StoredPrediction {
  /** A version 7 UUID: it has the time. */
  id: string;
  symbol: string | null;
  label: string;
  /** Version of the model. */
  model: string;
  /** Probability of the label, 0 to 1. */
  confidence: number;
  detail: Detail;
}

export interface HistoryFilter {
  /** Only what is older than the prediction of this id. */
  before: string | undefined;
  symbol: string | undefined;
  label: string | undefined;
  /** At most. */
  limit: number;
}

/** A request's predictions, which are stored together with those of others. */
interface Group {
  userId: string;
  items: readonly StoredPrediction[];
}

const INSERT = {
  name: "predictions-insert",
  text: `INSERT INTO predictions (id, user_id, symbol, label, model, confidence, detail)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::real[], $7::jsonb[])
    ON CONFLICT DO NOTHING`,
};

const DELETE_OF_USER = {
  name: "predictions-delete-of-user",
  text: `DELETE FROM predictions WHERE user_id = $1 AND id IN (
      SELECT id FROM predictions WHERE user_id = $1 ORDER BY id LIMIT $2
    ) RETURNING 1`,
};

const DELETE_OLD = {
  name: "predictions-delete-old",
  text: `DELETE FROM predictions p USING (
      SELECT user_id, id FROM predictions WHERE id < $1 ORDER BY id LIMIT $2
    ) old WHERE p.user_id = old.user_id AND p.id = old.id RETURNING 1`,
};

/** Rows that one statement deletes, so that each ends well within its timeout. */
const DELETE_BATCH = 2000;
/** Requests that wait to be stored; more are answered 503. */
const MAX_WAITING = 500;
/** Requests of one statement: of 256 predictions each at most. */
const MAX_BATCH = 16;
const DAY_MS = 86_400_000;

/** The predictions of all users in PostgreSQL. Every method throws ProblemError 503 when the database is away. */
export class Predictions {
  readonly #database: Database;
  readonly #inserts: GroupCommit<Group, undefined>;

  constructor(database: Database) {
    this.#database = database;
    const insert = async (groups: Group[]) => {
      await database.repeatable(INSERT, columns(groups));
      return groups.map(() => undefined);
    };
    this.#inserts = new GroupCommit(insert, { maxBatch: MAX_BATCH, maxWaiting: MAX_WAITING });
  }

  /** Resolves once they are durable. @throws QueueFull when too many wait already */
  async store(userId: string, items: readonly StoredPrediction[]): Promise<void> {
    await this.#inserts.add({ userId, items });
  }

  /** A page of a user's, newest first, and the cursor of the next one, where there is one. */
  async history(
    userId: string,
    { before, symbol, label, limit }: HistoryFilter,
  ): Promise<{ items: StoredPrediction[]; nextCursor: string | null }> {
    const filters = { before, symbol, label };
    const given = Object.entries(filters).filter(([, value]) => value !== undefined);
    const values = [userId, limit + 1, ...given.map(([, value]) => value)];
    const statement = page(given.map(([name]) => name as keyof typeof filters));
    const read = () => this.#database.repeatable<StoredPrediction>(statement, values);
    const rows = await this.#database.ofUser(userId, read);
    const items = rows.slice(0, limit);
    return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
  }

  /** Deletes all of a user's, but those that are stored meanwhile; answers how many those were. */
  deleteOf(userId: string): Promise<number> {
    return this.#database.ofUser(userId, () => this.#deleteAll(DELETE_OF_USER, userId));
  }

  /** Deletes what is older than so many days; answers how many those were. */
  deleteOlderThan(days: number, now = Date.now()): Promise<number> {
    return this.#deleteAll(DELETE_OLD, lowestUuid7(now - days * DAY_MS));
  }

  async #deleteAll(statement: { name: string; text: string }, of: string): Promise<number> {
    for (let deleted = 0; ; ) {
      const rows = await this.#database.repeatable(statement, [of, DELETE_BATCH]);
      deleted += rows.length;
      if (rows.length < DELETE_BATCH) return deleted;
    }
  }
}

/** A cursor is the id of the last prediction of the page before. */
export const CURSOR = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a cursor stands for; nothing where it is none. */
export function decodeCursor(text: string): string | undefined {
  return CURSOR.test(text) ? text : undefined;
}

const CONDITIONS = { before: "id <", symbol: "symbol =", label: "label =" };

/** The statement that reads a page: one for each set of filters, so that each has a plan of its own index. */
function page(filters: (keyof typeof CONDITIONS)[]): { name: string; text: string } {
  const conditions = filters.map((filter, index) => ` AND ${CONDITIONS[filter]} $${index + 3}`);
  return {
    name: ["predictions-page", ...filters].join("-"),
    text: `SELECT id, symbol, label, model, confidence, detail FROM predictions
      WHERE user_id = $1${conditions.join("")} ORDER BY id DESC LIMIT $2`,
  };
}

function columns(groups: readonly Group[]): string[] {
  const rows = groups.flatMap(({ userId, items }) => items.map((item) => ({ ...item, userId })));
  return [
    textArray(rows.map(({ id }) => id)),
    textArray(rows.map(({ userId }) => userId)),
    textArray(rows.map(({ symbol }) => symbol ?? undefined)),
    textArray(rows.map(({ label }) => label)),
    textArray(rows.map(({ model }) => model)),
    textArray(rows.map(({ confidence }) => String(confidence))),
    textArray(rows.map(({ detail }) => JSON.stringify(detail))),
  ];
}
