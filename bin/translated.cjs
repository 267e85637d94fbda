// TypeScript of this project as JavaScript, translated when a source has changed and not at every start: tsx asks a
// thread of its own for each file that is imported, which takes longer than most commands do.
const { execFileSync } = require("node:child_process");
const { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } =
  require("node:fs");
const { basename, join } = require("node:path");

const root = join(__dirname, "..");
/** Below `node_modules`, where a translated file finds the packages. */
const cache = join(root, "node_modules", ".cache", "trizone");
/** What decides on a translation beside its sources. */
const settings = ["tsconfig.json", "node_modules/esbuild/package.json", "bin/translate.mjs"];
/** A command that still runs may load a part of an older translation. */
const KEPT_MS = 7 * 24 * 3600_000;
const TRANSLATION_MS = 60_000;

/**
 * The file of an entry's translation: a path from the root, such as `ops/main.ts`, to `main.mjs` or `main.cjs`.
 * Throws when a source is broken or nothing can be written; whoever loads the source itself has better words for it.
 */
module.exports = function translated(entry, format) {
  const name = entry.replace(/\W+/g, "-");
  const record = join(cache, `${name}.json`);
  const file = basename(entry).replace(/ts$/, format === "cjs" ? "cjs" : "mjs");
  const known = read(record);
  if (known && Object.entries(known.sources).every(([source, stamp]) => stampOf(source) === stamp)) {
    return join(cache, known.folder, file);
  }
  const begun = Date.now();
  const folder = `${name}-${begun}-${process.pid}`;
  mkdirSync(join(cache, folder), { recursive: true });
  const args = [join(__dirname, "translate.mjs"), entry, format, join(cache, folder)];
  const output = execFileSync(process.execPath, args, {
    ...{ encoding: "utf8", timeout: TRANSLATION_MS, stdio: ["ignore", "pipe", "pipe"] },
  });
  const sources = JSON.parse(output);
  removeOld(name, begun - KEPT_MS);
  // A source that was saved meanwhile may have been read before or after.
  if (sources.every((source) => statSync(join(root, source)).mtimeMs < begun)) {
    const stamps = Object.fromEntries([...sources, ...settings].map((source) => [source, stampOf(source)]));
    const draft = `${record}.${process.pid}`;
    writeFileSync(draft, JSON.stringify({ folder, sources: stamps }));
    renameSync(draft, record);
  }
  return join(cache, folder, file);
};

function read(record) {
  try {
    return JSON.parse(readFileSync(record, "utf8"));
  } catch {
    // None yet, or half of one: it is written anew.
    return undefined;
  }
}

function stampOf(source) {
  const found = statSync(join(root, source), { throwIfNoEntry: false });
  return found && `${found.mtimeMs} ${found.size}`;
}

function removeOld(name, before) {
  for (const folder of readdirSync(cache)) {
    const [, of, made] = /^(.*)-(\d+)-\d+$/.exec(folder) ?? [];
    if (of === name && made < before) rmSync(join(cache, folder), { recursive: true, force: true });
  }
}
