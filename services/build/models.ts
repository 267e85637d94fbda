import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

/** The models that the repository brings, a folder a version; absent where somebody left them out. */
export const MODELS = resolve(import.meta.dirname, "../../models/news");

/** The document that says which version answers, in the root of a bucket. */
const DEPLOYMENT = "deployment.json";

/**
 * Puts the versions in `from` into the folder `to`, which stands for a bucket, and has the newest one answer. A folder
 * that has a deployment document already stays as it is: it is its users' by then. Answers whether it put them there.
 * @param by who it is, for the document
 * @param which all versions, or that one alone which answers
 */
export async function placeModels(
  from: string,
  to: string,
  by: string,
  which: "all" | "newest" = "all",
): Promise<boolean> {
  if (existsSync(join(to, DEPLOYMENT)) || !existsSync(from)) return false;
  const versions = (await readdir(from)).filter((name) => existsSync(join(from, name, "manifest.json")));
  const current = versions.sort(byVersion).at(-1);
  if (current === undefined) return false;
  await mkdir(to, { recursive: true });
  for (const version of which === "all" ? versions : [current])
    await place(join(from, version), join(to, version), to);
  const document = { schema: 1, revision: 1, at: new Date().toISOString(), by, current };
  const unfinished = join(to, `.${DEPLOYMENT}`);
  await writeFile(unfinished, `${JSON.stringify(document, undefined, 2)}\n`);
  await rename(unfinished, join(to, DEPLOYMENT));
  return true;
}

/** Copies a folder as a whole: what ends half way leaves nothing under its name. */
async function place(from: string, to: string, root: string): Promise<void> {
  if (existsSync(to)) return;
  const unfinished = await mkdtemp(join(root, ".version-"));
  try {
    await cp(from, unfinished, { recursive: true });
    // A temporary folder is its maker's alone; in an image another user reads it.
    await chmod(unfinished, 0o755);
    await rename(unfinished, to);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** `1.10.0` comes after `1.9.0`, and a name that is no number before both. */
function byVersion(one: string, other: string): number {
  const isNumber = (name: string) => Number(/^\d/.test(name));
  return isNumber(one) - isNumber(other) || one.localeCompare(other, "en", { numeric: true });
}
