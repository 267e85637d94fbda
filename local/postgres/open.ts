import { randomBytes } from "node:crypto";
import { access, constants, mkdir, readdir, realpath, rename, stat } from "node:fs/promises";
import type { Server } from "node:net";
import { join } from "node:path";
import { databaseAccount } from "./account.ts";
import { findBinaries } from "./binaries.ts";
import { codeOf, DamagedDataError, DatabaseError, messageOf } from "./errors.ts";
import { adoptDraft, createDraft, type Tools, versionOfData } from "./folders.ts";
import { Instance } from "./instance.ts";
import { ReplicationLink } from "./link.ts";
import { claimFolder } from "./lock.ts";
import { checkOptions, type PostgresOptions } from "./options.ts";
import { freePort } from "./ports.ts";
import { killServer } from "./processes.ts";
import { RecordStore } from "./record.ts";
import { usableParameters } from "./settings.ts";
import { Site } from "./site.ts";

/** Bytes. */
const LOG_LIMIT = 8 * 1024 * 1024;

/** A folder that this process has claimed, with its cluster ready to be started. */
export interface Opened {
  site: Site;
  claim: Server;
}

/**
 * Gets a folder ready: claims it, ends what a killed supervisor left running in it, and creates the database or
 * reads the record of the one that is there. Throws a DatabaseError; nothing is left running then.
 */
export async function openSite(options: PostgresOptions): Promise<Opened> {
  checkOptions(options);
  usableParameters(options.parameters ?? {});
  const tools = { binaries: await findBinaries(options.version), account: databaseAccount() };
  const directory = await prepareFolder(options.directory);
  await prepareFolder(options.logDirectory);
  const claim = await claimFolder(directory);
  try {
    await endLeftovers(directory);
    const store = await openRecord(directory, options, tools);
    const instances = await makeInstances(directory, options, tools);
    const site = new Site(options, tools, store, await ReplicationLink.open(), instances);
    site.standbyZone = store.current.standby?.zone ?? (await firstStandbyZone(site));
    return { site, claim };
  } catch (error) {
    claim.close();
    throw error;
  }
}

/** Also those of zones that the program no longer names, and an initdb that outlived its supervisor. */
async function endLeftovers(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await killServer(join(directory, entry.name));
  }
}

/** Its real path: processes are recognised by it. */
async function prepareFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(folder);
  } catch (error) {
    throw new DatabaseError(
      `${folder} can't be used for the database: ${messageOf(error)}. ` +
        "Make it a folder that the user who starts Trizone may write to.",
    );
  }
}

async function openRecord(directory: string, options: PostgresOptions, tools: Tools): Promise<RecordStore> {
  const store = await RecordStore.load(directory);
  if (!store) return createDatabase(directory, options, tools);
  const { primary, major, epoch, standby } = store.current;
  const folder = join(directory, primary);
  if (!options.zones.includes(primary)) {
    throw new DatabaseError(
      `The database in ${directory} lives in zone ${primary}, which is not among ${options.zones.join(", ")}. ` +
        "Declare that zone, or drop the data with `npm start -- --fresh`.",
    );
  }
  const version =
    (await versionOfData(folder)) ?? (epoch > 0 ? undefined : await finishCreation(store, folder, tools));
  if (version === undefined && !standby?.inSync) throw missing(folder);
  for (const found of [major, version ?? major]) checkMajor(found, options.version, directory);
  if (standby && (!options.multiAz || !options.zones.includes(standby.zone)))
    await store.update({ standby: null });
  return store;
}

function checkMajor(found: string, declared: string, directory: string): void {
  if (found === declared.split(".")[0]) return;
  throw new DatabaseError(
    `The data in ${directory} is of PostgreSQL ${found}, but the program declares ${declared}. ` +
      `Declare "${found}", or drop the data with \`npm start -- --fresh\`.`,
  );
}

function missing(folder: string): DamagedDataError {
  return new DamagedDataError(
    `The database's folder ${folder} is missing or holds no database, and no other zone has all of its data. ` +
      "Restore the folder, or drop the data with `npm start -- --fresh`.",
  );
}

/** The folder takes its name only after the record names it: data without a record is never created, only lost. */
async function createDatabase(
  directory: string,
  options: PostgresOptions,
  tools: Tools,
): Promise<RecordStore> {
  for (const zone of options.zones) {
    if ((await versionOfData(join(directory, zone))) === undefined) continue;
    throw new DatabaseError(
      `${directory} holds data (${zone}) but no cluster.json, which says where the primary is. ` +
        "Restore that file, or drop the data with `npm start -- --fresh`.",
    );
  }
  const primary = options.preferredZone ?? (options.zones[0] as string);
  const store = await RecordStore.create(directory, {
    format: 1,
    major: options.version.split(".")[0] as string,
    epoch: 0,
    primary,
    standby: null,
    adminPassword: randomBytes(24).toString("hex"),
  });
  await finishCreation(store, join(directory, primary), tools);
  return store;
}

/** Also after a creation that was interrupted; its draft is made anew. */
async function finishCreation(store: RecordStore, folder: string, tools: Tools): Promise<string> {
  await setAside(folder);
  await createDraft(folder, store.current.adminPassword, tools);
  await adoptDraft(folder, tools);
  return store.current.major;
}

/** Whatever has the folder's name and is no database is not ours to remove. */
async function setAside(folder: string): Promise<void> {
  try {
    await rename(folder, `${folder}.aside-${Date.now()}`);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

async function makeInstances(directory: string, options: PostgresOptions, tools: Tools): Promise<Instance[]> {
  const instances: Instance[] = [];
  const taken = new Set(Object.values(options.ports ?? {}));
  for (const zone of options.zones) {
    const port = options.ports?.[zone] ?? (await freePort(taken));
    taken.add(port);
    const logFile = join(options.logDirectory, `postgres-${zone}.log`);
    await startNewLog(logFile);
    instances.push(new Instance({ zone, folder: join(directory, zone), port, logFile, ...tools }));
  }
  return instances;
}

/** The last log is kept, so one instance's logs hold about twice the limit. */
async function startNewLog(file: string): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    (error: unknown) => {
      if (codeOf(error) === "ENOENT") return 0;
      throw error;
    },
  );
  if (size > LOG_LIMIT) await rename(file, `${file}.1`);
}

/** Where a copy was before, else the next zone. */
async function firstStandbyZone(site: Site): Promise<string | undefined> {
  const others = site.instances.filter((instance) => instance !== site.primary);
  for (const { zone, folder } of others) {
    if ((await versionOfData(folder)) !== undefined) return zone;
  }
  return others[0]?.zone;
}
