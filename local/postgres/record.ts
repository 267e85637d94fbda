import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeDurably } from "../durable-file.ts";
import { codeOf, DatabaseError, messageOf } from "./errors.ts";

const InstanceRecord = z.strictObject({
  format: z.literal(2),
  /** Major version of the data folder. */
  major: z.string(),
  /** False until the data folder was there, whole, for the first time. */
  created: z.boolean(),
  /** Zone in which the server runs, or is to be started. */
  zone: z.string(),
  /** Zone in which it ran before the last failover. */
  previousZone: z.string().optional(),
  /** How often it has moved to another zone. */
  failovers: z.int().nonnegative(),
  /** Password of the administrator role that only this supervisor uses. */
  adminPassword: z.string().min(16),
  /** The last postmaster that was started; the start time tells it from a later process of the same number. */
  postmaster: z.strictObject({ pid: z.int(), started: z.string() }).optional(),
});

/** What survives restarts about an instance: `instance.json`. */
export type InstanceRecord = z.infer<typeof InstanceRecord>;

/** Keeps `instance.json`. */
export class RecordStore {
  readonly #file: string;
  #record: InstanceRecord;
  #last: Promise<void> = Promise.resolve();

  private constructor(file: string, record: InstanceRecord) {
    this.#file = file;
    this.#record = record;
  }

  /** The record of a folder; undefined when there is none. Throws a DatabaseError when it can't be used. */
  static async load(directory: string): Promise<RecordStore | undefined> {
    const file = join(directory, "instance.json");
    const text = await readFile(file, "utf8").catch((error: unknown) => {
      if (codeOf(error) === "ENOENT") return undefined;
      throw new DatabaseError(
        `${file} can't be read: ${messageOf(error)}. Make it readable for the user who starts Trizone.`,
      );
    });
    if (text !== undefined) return new RecordStore(file, parse(file, text));
    await refuseEarlierFormat(join(directory, "cluster.json"));
    return undefined;
  }

  static async create(directory: string, record: InstanceRecord): Promise<RecordStore> {
    const file = join(directory, "instance.json");
    await writeDurably(file, record);
    return new RecordStore(file, record);
  }

  get current(): InstanceRecord {
    return this.#record;
  }

  /** Durable when it resolves. When it rejects, the old record still holds. One at a time, in the order of the calls. */
  update(change: Partial<InstanceRecord>): Promise<void> {
    const done = this.#last.then(() => this.#write(change));
    // A failed write is reported to its own caller; the next one starts from the old record.
    this.#last = done.catch(() => {});
    return done;
  }

  async #write(change: Partial<InstanceRecord>): Promise<void> {
    const next = { ...this.#record, ...change };
    await writeDurably(this.#file, next).catch((error: unknown) => {
      throw new DatabaseError(
        `${this.#file} can't be written: ${messageOf(error)}. Check that its disk has space and it may be written.`,
      );
    });
    this.#record = next;
  }
}

/** Before format 2 each zone had a copy of its own, kept by streaming replication. */
async function refuseEarlierFormat(file: string): Promise<void> {
  try {
    await access(file);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  throw new DatabaseError(
    `${file} is of an earlier Trizone, which kept a copy of the database in each zone; this one keeps a single ` +
      "data folder. Run the earlier Trizone to get at the data, or drop the data with `npm start -- --fresh`.",
  );
}

function parse(file: string, text: string): InstanceRecord {
  try {
    return InstanceRecord.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new DatabaseError(
      `${file} is damaged: ${reason}\nIt holds the zone and the administrator's password of the database. ` +
        "Restore it from a backup, or drop the data with `npm start -- --fresh`.",
    );
  }
}
