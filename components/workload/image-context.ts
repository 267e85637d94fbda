import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

/** Files and folders that images are built of, below the project's folder; `.dockerignore` lets no other in. */
export const CONTEXT = ["package.json", "package-lock.json", "tsconfig.json", "services", "models/news"];

/** How a tag begins that stands for contents; in ECR such a tag may be pushed again. */
export const BY_CONTENT = "content-";

/**
 * A tag that changes whenever an image would: `content-` and a SHA-256 of the build's arguments and of the names and
 * contents of the files that go into it.
 * @param args of the build
 * @param folder the project's
 */
export function contentTag(
  args: Record<string, string>,
  folder = resolve(import.meta.dirname, "../.."),
): string {
  const sorted = Object.entries(args).sort(([one], [other]) => (one < other ? -1 : 1));
  const hash = createHash("sha256").update(JSON.stringify(sorted)).update(contentsOf(folder));
  return BY_CONTENT + hash.digest("hex");
}

/** By folder: the files don't change while the program runs, and every image is built of the same. */
const known = new Map<string, Buffer>();

function contentsOf(folder: string): Buffer {
  const read = known.get(folder);
  if (read) return read;
  const hash = createHash("sha256");
  const there = CONTEXT.filter((path) => existsSync(join(folder, path)));
  for (const file of there.flatMap((path) => filesOf(folder, path)).sort()) {
    const content = readFileSync(join(folder, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  const digest = hash.digest();
  known.set(folder, digest);
  return digest;
}

function filesOf(folder: string, path: string): string[] {
  if (statSync(join(folder, path)).isFile()) return [path];
  return readdirSync(join(folder, path)).flatMap((name) => filesOf(folder, `${path}/${name}`));
}
