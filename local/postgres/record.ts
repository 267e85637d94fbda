import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeDurably } from "../files.ts";
import { codeOf, DatabaseError, messageOf } from "./errors.ts";

const ClusterRecord = z.strictObject({
  format: z.literal(1),
  /** Major version of the data folders. */
  major: z.string(),
  /** Counts changes of the primary; 0 until the first start has succeeded. */
  epoch: z.int().nonnegative(),
  /** Zone whose folder holds the truth. */
  primary: z.string(),
  /** Zone with a complete copy; `inSync`: it holds every acknowledged commit, so it may be promoted. */
  standby: z.strictObject({ zone: z.string(), inSync: z.boolean() }).nullable(),
  /** Password of the administrator role that only this supervisor uses. */
  adminPassword: z.string().min(16),
});

/** What survives restarts about a cluster: `cluster.json`. */
export type ClusterRecord = z.infer<typeof ClusterRecord>;

/** Keeps `cluster.json`. A record is true of the folders at every moment, whenever the machine stops. */
export class RecordStore {
  readonly #file: string;
  #record: ClusterRecord;
  #last: Promise<void> = Promise.resolve();

  private constructor(file: string, record: ClusterRecord) {
    this.#file = file;
    this.#record = record;
  }

  /** The record of a folder; undefined when there is none. Throws a DatabaseError when it can't be read. */
  static async load(directory: string): Promise<RecordStore | undefined> {
    const file = join(directory, "cluster.json");
    const text = await readFile(file, "utf8").catch((error: unknown) => {
      if (codeOf(error) === "ENOENT") return undefined;
      throw new DatabaseError(
        `${file} can't be read: ${messageOf(error)}. Make it readable for the user who starts Trizone.`,
      );
    });
    return text === undefined ? undefined : new RecordStore(file, parse(file, text));
  }

  static async create(directory: string, record: ClusterRecord): Promise<RecordStore> {
    const file = join(directory, "cluster.json");
    await writeDurably(file, record);
    return new RecordStore(file, record);
  }

  get current(): ClusterRecord {
    return this.#record;
  }

  /** Durable when it resolves. When it rejects, the old record still holds. One at a time, in the order of the calls. */
  update(change: Partial<ClusterRecord>): Promise<void> {
    const done = this.#last.then(() => this.#write(change));
    // A failed write is reported to its own caller; the next one starts from the old record.
    this.#last = done.catch(() => {});
    return done;
  }

  async #write(change: Partial<ClusterRecord>): Promise<void> {
    const next = { ...this.#record, ...change };
    if (JSON.stringify(next) === JSON.stringify(this.#record)) return;
    await writeDurably(this.#file, next);
    this.#record = next;
  }
}

function parse(file: string, text: string): ClusterRecord {
  try {
    return ClusterRecord.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new DatabaseError(
      `${file} is damaged: ${reason}\nIt says which zone's folder holds the database. ` +
        "Restore it from a backup, or drop the data with `npm start -- --fresh`.",
    );
  }
}
