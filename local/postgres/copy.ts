import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Account } from "./account.ts";
import { codeOf, DatabaseError } from "./errors.ts";

/** Of these folders only the name belongs into a base backup (PostgreSQL's documentation, 26.3.4.3). */
const EMPTIED = new Set([
  "pg_wal",
  "pg_replslot",
  "pg_dynshmem",
  "pg_notify",
  "pg_serial",
  "pg_snapshots",
  "pg_stat_tmp",
  "pg_subtrans",
]);
const OMITTED =
  /^(postmaster\.(pid|opts)|pg_internal\.init.*|pgsql_tmp.*|backup_label.*|tablespace_map.*|(standby|recovery|promote)\.signal|postgresql\.conf\.tmp)$/;
const LAST = "pg_control";

/**
 * Copies the data folder of a running primary, between pg_backup_start and pg_backup_stop, into an empty folder.
 * Files may change or vanish meanwhile: the log that is replayed from the backup's start puts that right.
 */
export async function copyDataFolder(
  from: string,
  to: string,
  account: Account,
  signal: AbortSignal,
): Promise<void> {
  await copyEntries(from, to, account, signal, true);
  // As pg_basebackup does it: the control file must not be older than any other.
  await copyOne(join(from, "global", LAST), join(to, "global", LAST), account);
}

async function copyEntries(
  from: string,
  to: string,
  account: Account,
  signal: AbortSignal,
  top = false,
): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    signal.throwIfAborted();
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (OMITTED.test(entry.name) || entry.name === LAST) continue;
    if (entry.isSymbolicLink()) {
      throw new DatabaseError(
        `${source} is a symbolic link (a tablespace?): a standby can't be made of it. Keep the data in one folder.`,
      );
    }
    if (entry.isDirectory()) {
      await mkdir(target, { mode: 0o700 });
      await account.own(target);
      if (!(top && EMPTIED.has(entry.name))) await copyEntries(source, target, account, signal);
    } else if (entry.isFile()) {
      await copyOne(source, target, account);
    }
  }
}

async function copyOne(source: string, target: string, account: Account): Promise<void> {
  try {
    await copyFile(source, target);
  } catch (error) {
    // A table that was dropped meanwhile; that it was is in the log.
    if (codeOf(error) === "ENOENT" && !source.endsWith(LAST)) return;
    throw error;
  }
  await account.own(target);
}
