import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Package } from "./inventory.ts";

const FILES = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/** One text with the licences and notices of packages, as each demands that they go along with it. */
export async function licencesOf(root: string, packages: readonly Package[]): Promise<string> {
  const texts = await Promise.all(packages.map((one) => textOf(root, one)));
  // Many packages of one project bring the same text: it is there once, below all their names.
  const names = new Map<string, string[]>();
  for (const { title, text } of texts) names.set(text, [...(names.get(text) ?? []), title]);
  const parts = [...names].map(([text, titles]) => `${titles.join("\n")}\n\n${text}\n`);
  return parts.join(`\n${"-".repeat(80)}\n\n`);
}

async function textOf(root: string, { name, version, path, license, homepage }: Package) {
  const files = (await readdir(join(root, path))).filter((file) => FILES.test(file)).sort();
  const contents = await Promise.all(files.map((file) => readFile(join(root, path, file), "utf8")));
  const none = `Its package has no text of its licence.${homepage ? ` See ${homepage}` : ""}`;
  return {
    title: `${name} ${version} (${license ?? "no licence named"})`,
    text: contents.map((content) => content.trim()).join("\n\n") || none,
  };
}
