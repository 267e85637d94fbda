import { execFileSync } from "node:child_process";
import { chown } from "node:fs/promises";
import { DatabaseError, messageOf } from "./errors.ts";

/** The kernel's overflow uid and gid: `nobody` and `nogroup` on every Linux. */
const NOBODY = 65534;

/** How the server's programs are run: PostgreSQL refuses to run as root. */
export interface Account {
  /** Put before the program and its arguments. */
  prefix: string[];
  /** Makes a file or folder the server's own. */
  own(path: string): Promise<void>;
}

/**
 * As the user who runs this; for root as `nobody`, with the one capability that lets it reach a data folder
 * below folders that only root may enter.
 */
export function databaseAccount(): Account {
  if (process.getuid?.() !== 0) return { prefix: [], own: async () => {} };
  const prefix = [
    "setpriv",
    `--reuid=${NOBODY}`,
    `--regid=${NOBODY}`,
    "--clear-groups",
    // Else the kernel takes the capability away again where access(2) is asked, as initdb does of its own programs.
    "--securebits=+no_setuid_fixup",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
  ];
  try {
    execFileSync("setpriv", [...prefix.slice(1), "true"], { stdio: "pipe", timeout: 10_000 });
  } catch (error) {
    throw new DatabaseError(
      "PostgreSQL can't run as root, and running it as nobody through `setpriv` failed: " +
        `${messageOf(error).trim()}. Install util-linux, or run as an ordinary user.`,
    );
  }
  return { prefix, own: (path) => chown(path, NOBODY, NOBODY) };
}
