import { execFile } from "node:child_process";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { syncFolder } from "../durable-file.ts";
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { codeOf, DatabaseError, messageOf } from "./errors.ts";
import { ADMINISTRATOR } from "./session.ts";
import { ACCESS } from "./settings.ts";

export interface Tools {
  binaries: Binaries;
  account: Account;
}

/**
 * Creates a new, empty database. It is made beside `folder` and takes that name once it is whole and durable, so that a
 * folder of that name is always whole.
 */
export async function createData(folder: string, password: string, tools: Tools): Promise<void> {
  const draft = `${folder}.new`;
  const secret = `${draft}.password`;
  // An initdb that was just killed may still have a child that writes.
  await rm(draft, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  await mkdir(draft, { mode: 0o700 });
  await tools.account.own(draft);
  try {
    await writeFile(secret, password, { mode: 0o600 });
    await tools.account.own(secret);
    // macOS knows no C.UTF-8.
    const locale = process.platform === "darwin" ? "C" : "C.UTF-8";
    const how = ["--data-checksums", "--encoding=UTF8", `--locale=${locale}`, "--no-instructions"];
    const who = [`--username=${ADMINISTRATOR}`, "--auth=scram-sha-256", `--pwfile=${secret}`];
    await initdb(tools, ["-D", draft, "--no-sync", ...how, ...who]);
    await writeOwned(join(draft, "pg_hba.conf"), ACCESS, tools.account);
    await initdb(tools, ["-D", draft, "--sync-only"]);
  } finally {
    await rm(secret, { force: true });
  }
  await rename(draft, folder);
  await syncFolder(dirname(folder));
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
    const errors = lines.filter((line) => /error:|FATAL|PANIC|could not/.test(line));
    const said = (errors.length > 0 ? errors : lines).slice(-3).join("; ") || messageOf(error);
    const remedy = /No space left/.test(error.stderr ?? "")
      ? "Free some space on that disk."
      : "Check that the folder is writable and its disk has space.";
    throw new DatabaseError(
      `PostgreSQL could not prepare ${args[args.indexOf("-D") + 1]}: ${said}. ${remedy}`,
    );
  });
}
