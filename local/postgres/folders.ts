import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { syncFolder } from "../files.ts";
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { codeOf, DatabaseError, messageOf } from "./errors.ts";
import { ADMINISTRATOR } from "./session.ts";
import { ACCESS } from "./settings.ts";

export interface Tools {
  binaries: Binaries;
  account: Account;
}

/** Where a data folder is made before it takes its name: a folder of that name is always whole. */
export function draftOf(folder: string): string {
  return `${folder}.new`;
}

/** An empty folder, owned by the server's account; what was there is removed. */
export async function emptyDraft(folder: string, { account }: Tools): Promise<string> {
  const draft = draftOf(folder);
  // An initdb that was just killed may still have a child that writes.
  await rm(draft, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  await mkdir(draft, { mode: 0o700 });
  await account.own(draft);
  return draft;
}

/** Makes a draft durable and lets it take the place of `folder`, whose old content is lost. */
export async function adoptDraft(folder: string, tools: Tools): Promise<void> {
  await initdb(tools, ["-D", draftOf(folder), "--sync-only"]);
  if ((await entriesOf(folder)) === undefined) await rename(draftOf(folder), folder);
  else await replaceContent(folder, draftOf(folder));
  await syncFolder(dirname(folder));
}

/**
 * The folder itself stays: by its inode PostgreSQL finds, and removes, the shared memory of a server of this folder
 * that was killed. Not atomic; the record names no standby meanwhile.
 */
async function replaceContent(folder: string, draft: string): Promise<void> {
  for (const name of (await entriesOf(folder)) ?? []) await rm(join(folder, name), { recursive: true });
  for (const name of (await entriesOf(draft)) ?? []) await rename(join(draft, name), join(folder, name));
  await rm(draft, { recursive: true });
  await syncFolder(folder);
}

async function entriesOf(folder: string): Promise<string[] | undefined> {
  return readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  });
}

/** Creates the draft of a new, empty database. */
export async function createDraft(folder: string, password: string, tools: Tools): Promise<void> {
  const draft = await emptyDraft(folder, tools);
  const secret = `${draft}.password`;
  try {
    await writeFile(secret, password, { mode: 0o600 });
    await tools.account.own(secret);
    // macOS knows no C.UTF-8.
    const locale = process.platform === "darwin" ? "C" : "C.UTF-8";
    const how = [
      "--no-sync",
      "--data-checksums",
      "--encoding=UTF8",
      `--locale=${locale}`,
      "--no-instructions",
    ];
    const who = [`--username=${ADMINISTRATOR}`, "--auth=scram-sha-256", `--pwfile=${secret}`];
    await initdb(tools, ["-D", draft, ...how, ...who]);
    await writeOwned(join(draft, "pg_hba.conf"), `${ACCESS}\n`, tools.account);
  } finally {
    await rm(secret, { force: true });
  }
}

/** Major version of a data folder; undefined when it holds none. */
export async function versionOfData(folder: string): Promise<string | undefined> {
  try {
    return (await readFile(join(folder, "PG_VERSION"), "utf8")).trim();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw new DatabaseError(
      `${folder} can't be read: ${messageOf(error)}. Make it readable for the user who starts Trizone.`,
    );
  }
}

export async function writeOwned(path: string, text: string, account: Account): Promise<void> {
  await writeFile(`${path}.tmp`, text, { mode: 0o600 });
  await account.own(`${path}.tmp`);
  await rename(`${path}.tmp`, path);
}

async function initdb({ binaries, account }: Tools, args: string[]): Promise<void> {
  const [program, ...rest] = [...account.prefix, binaries.initdb, ...args];
  const env = { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" };
  const run = promisify(execFile)(program as string, rest, { timeout: 60_000, env });
  await run.catch((error: { stderr?: string }) => {
    const lines = error.stderr?.trim().split("\n") ?? [];
    const telling = lines.filter((line) => /error:|FATAL|PANIC|could not/.test(line));
    const said = (telling.length > 0 ? telling : lines).slice(-3).join("; ") || messageOf(error);
    const remedy = /No space left/.test(error.stderr ?? "")
      ? "Free some space on that disk."
      : "Check that the folder is writable and its disk has space.";
    throw new DatabaseError(
      `PostgreSQL could not prepare ${args[args.indexOf("-D") + 1]}: ${said}. ${remedy}`,
    );
  });
}
