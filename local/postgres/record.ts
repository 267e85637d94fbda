import { join } from "node:path";
import { z } from "zod";
import { readKept, writeDurably } from "../files.ts";
import { DatabaseError, messageOf } from "./errors.ts";

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

const REMEDY = "restore the file from a backup, or drop the data with: npm start -- --fresh";

/** Keeps `instance.json`. */
export class RecordStore {
  readonly #file: string;
  #record: InstanceRecord;

  private constructor(file: string, record: InstanceRecord) {
    this.#file = file;
    this.#record = record;
  }

  /** The record of a folder; undefined when there is none. Throws when it can't be used. */
  static async load(directory: string): Promise<RecordStore | undefined> {
    const file = join(directory, "instance.json");
    const record = await readKept(file, InstanceRecord, "the database's zone and password", REMEDY);
    return record && new RecordStore(file, record);
  }

  static async create(directory: string, record: InstanceRecord): Promise<RecordStore> {
    const file = join(directory, "instance.json");
    await writeDurably(file, record);
    return new RecordStore(file, record);
  }

  get current(): InstanceRecord {
    return this.#record;
  }

  /** Durable when it resolves. When it rejects, the old record still holds. One at a time. */
  async update(change: Partial<InstanceRecord>): Promise<void> {
    const next = { ...this.#record, ...change };
    await writeDurably(this.#file, next).catch((error: unknown) => {
      throw new DatabaseError(
        `${this.#file} can't be written: ${messageOf(error)}. Check that its disk has space and it may be written.`,
      );
    });
    this.#record = next;
  }
}
