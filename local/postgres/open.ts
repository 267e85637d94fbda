import { createHash, randomBytes } from "node:crypto";
import { access, constants, mkdir, realpath, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { findBinaries } from "./binaries.ts";
import { codeOf, DatabaseError, messageOf } from "./errors.ts";
import { createData, databaseAccount, type Tools, versionOfData } from "./folders.ts";
import { checkOptions, type InstanceOptions } from "./options.ts";
import { fenceServer } from "./processes.ts";
import { RecordStore } from "./record.ts";
import { PostgresServer } from "./server.ts";

/**
 * Claims a folder for this process, so that a second supervisor does not take the running database for a leftover.
 * The claim is a socket that this process listens on: the kernel lets go of it when the process ends, however it ends.
 */
async function claimFolder(directory: string): Promise<Server> {
  const name = `trizone-${createHash("sha256").update(directory).digest("hex").slice(0, 32)}`;
  // Linux has names outside of the file system; elsewhere a dead process leaves its socket file behind.
  const path = process.platform === "linux" ? `\0${name}` : join(tmpdir(), `${name}.sock`);
  const claim = await listen(path);
  if (claim) return claim;
  if (process.platform !== "linux" && !(await answers(path))) {
    await rm(path, { force: true });
    const second = await listen(path);
    if (second) return second;
  }
  throw new DatabaseError(
    `The database in ${directory} is already run by another Trizone. Stop that one (\`npx trizone down\`) first.`,
  );
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error) => {
      if (codeOf(error) === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => resolve(server.unref()));
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.on("close", () => socket.destroy());
  });
}

/** The folder that stands for the instance's replicated storage. */
const DATA = "data";

/** A folder that this process has claimed, with its server ready to be started. */
export interface Opened {
  server: PostgresServer;
  record: RecordStore;
  claim: Server;
}

/**
 * Gets a folder ready: claims it, ends what a killed supervisor left running in it, and creates the database or
 * reads the record of the one that is there. Throws a DatabaseError; nothing is left running then.
 */
export async function openFolder(options: InstanceOptions): Promise<Opened> {
  checkOptions(options);
  const tools = { binaries: await findBinaries(options.version), account: databaseAccount() };
  const directory = await prepareFolder(options.directory);
  const logs = await prepareFolder(options.logDirectory);
  const claim = await claimFolder(directory);
  try {
    await endLeftovers(directory);
    const record = await openRecord(directory, options, tools);
    const folder = join(directory, DATA);
    const logFile = join(logs, `postgres-${basename(directory)}.log`);
    const server = new PostgresServer({ folder, logFile, ...tools }, record);
    return { server, record, claim };
  } catch (error) {
    claim.close();
    throw error;
  }
}

/** Also an initdb, and what runs in folders that are gone since `--fresh`. */
async function endLeftovers(directory: string): Promise<void> {
  for (const name of [DATA, `${DATA}.new`]) await fenceServer(join(directory, name));
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

async function openRecord(directory: string, options: InstanceOptions, tools: Tools): Promise<RecordStore> {
  const folder = join(directory, DATA);
  const version = await versionOfData(folder);
  const record = (await RecordStore.load(directory)) ?? (await newRecord(directory, options, version));
  const { zone, major, created, adminPassword } = record.current;
  if (!options.zones.includes(zone)) {
    throw new DatabaseError(
      `The database in ${directory} lives in zone ${zone}, which is not among ${options.zones.join(", ")}. ` +
        "Declare that zone, or drop the data with `npm start -- --fresh`.",
    );
  }
  for (const found of [major, version ?? major]) checkMajor(found, options.version, directory);
  if (created) return record;
  // Also after a creation that was interrupted.
  if (version === undefined) await createData(folder, adminPassword, tools);
  await record.update({ created: true });
  return record;
}

function checkMajor(found: string, declared: string, directory: string): void {
  if (found === declared.split(".")[0]) return;
  throw new DatabaseError(
    `The data in ${directory} is of PostgreSQL ${found}, but the program declares ${declared}. ` +
      `Declare "${found}", or drop the data with \`npm start -- --fresh\`.`,
  );
}

/** There is a record before there is data: data without a record was not made so. */
async function newRecord(
  directory: string,
  options: InstanceOptions,
  version: string | undefined,
): Promise<RecordStore> {
  if (version !== undefined) {
    throw new DatabaseError(
      `${join(directory, DATA)} holds data, but instance.json beside it, which has the password for it, is missing. ` +
        "Restore that file, or drop the data with `npm start -- --fresh`.",
    );
  }
  return RecordStore.create(directory, {
    format: 2,
    major: options.version.split(".")[0] as string,
    created: false,
    zone: options.preferredZone ?? (options.zones[0] as string),
    failovers: 0,
    adminPassword: randomBytes(24).toString("hex"),
  });
}
