import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { isBelow, isLong, LONG, QUICK } from "./batches.ts";

const root = join(import.meta.dirname, "..");

const MOST_FILES = 25;
const MOST_LINES = 300;
const FEWEST_LINES = 20;

/** Files that may be short, and why: entry points, the index of a room, and types that several files share. */
const SHORT: Record<string, string> = {
  "services/news/inference/worker-data.ts":
    "what a version's two worker threads are started with and answer: types",
  "bin/trizone.cjs": "entry of npx",
  "bench/http/bare.ts": "entry of a benchmark's peer",
  "policies/main.cjs": "entry of the policy pack",
  "test/setup.ts": "entry of Mocha",
};
const isIndex = (file: string) => /(^|\/)index\.ts$/.test(file);
const isEntry = (file: string) => /(^|\/)(main|[\w-]+-(process|worker))\.ts$/.test(file);

/** Words of a private vocabulary; the glossary has the field's. */
const FORBIDDEN = new Set([
  ...["tenure", "trail", "doubt", "wary", "tally", "told", "door", "town", "border", "arrows", "near"],
]);
/** CloudTrail's trails are AWS's word, and governance declares them. */
const isAwsWord = (word: string, name: string, file: string) =>
  word === "trail" && (/cloud-?trail/i.test(name) || file.includes("/governance/"));

/** Tracked TypeScript and JavaScript, without type declarations, and without the programs that tests evaluate. */
const files = execFileSync(
  "git",
  ["ls-files", "-z", "--", "*.ts", "*.tsx", "*.mts", "*.cts", "*.js", "*.mjs", "*.cjs"],
  {
    cwd: root,
    encoding: "utf8",
  },
)
  .split("\0")
  .filter((file) => file !== "" && !/\.d\.[mc]?ts$/.test(file) && !/^test\/[\w-]+\/programs\//.test(file));
const sources = files.filter((file) => !file.startsWith("test/"));
const textOf = (file: string) => readFileSync(join(root, file), "utf8");
const linesOf = (file: string) => textOf(file).trimEnd().split("\n").length;

/** `readTrailFile` and `read-trail-file` as `read`, `trail`, `file`. */
const wordsOf = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/);

function identifiersOf(file: string): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest));
  return names;
}

describe("the source tree", () => {
  it(`has at most ${MOST_FILES} source files in a folder`, () => {
    const counts = Map.groupBy(sources, dirname);
    const crowded = [...counts].filter(([, { length }]) => length > MOST_FILES);
    assert.deepEqual(
      crowded.map(([folder, { length }]) => `${folder}: ${length}`),
      [],
      "split the folder into rooms, each a subject",
    );
  });

  it(`has no source file of more than ${MOST_LINES} lines`, () => {
    const long = sources.filter((file) => linesOf(file) > MOST_LINES);
    assert.deepEqual(
      long.map((file) => `${file}: ${linesOf(file)}`),
      [],
      "split the file by its ideas",
    );
  });

  it(`has no source file of fewer than ${FEWEST_LINES} lines but those that are listed with a reason`, () => {
    const short = files.filter((file) => linesOf(file) < FEWEST_LINES && !isIndex(file) && !isEntry(file));
    const unlisted = short.filter((file) => !file.startsWith("test/") && !(file in SHORT));
    assert.deepEqual(
      unlisted.map((file) => `${file}: ${linesOf(file)}`),
      [],
      "join the file to the one that it serves",
    );
    const stale = Object.keys(SHORT).filter((file) => !short.includes(file));
    assert.deepEqual(stale, [], "these are listed as short and are not, or are gone");
  });

  it("leaves out of a person's test run only what is there", () => {
    const tests = files.filter((file) => file.endsWith(".test.ts")).map((file) => file.slice("test/".length));
    const stale = LONG.filter((one) => !tests.some((file) => isBelow(file, one)));
    assert.deepEqual(stale, [], "these are gone from test/: take them out of test/batches.ts");
    assert.ok(QUICK.every((file) => tests.includes(file) && !isLong(file)));
  });

  it("has no word of a private vocabulary in a name", () => {
    const wrong = files.flatMap((file) =>
      [...identifiersOf(file), file]
        .filter((name) => wordsOf(name).some((word) => FORBIDDEN.has(word) && !isAwsWord(word, name, file)))
        .map((name) => (name === file ? file : `${file}: ${name}`)),
    );
    assert.deepEqual(wrong, [], "use the field's word, as in docs/glossary.md");
  }).timeout(60_000);
});
