/**
 * `npm test`: runs the test files that a person waits for; with `WHOLE=1`, or with arguments, every one. A batch of them in
 * each process, and at once as many processes as the machine has cores, two at most: tests start processes themselves. What
 * a batch wrote is printed whole when it ends, so that two don't mix. Arguments go to Mocha, as in
 * `npm test -- --grep saga`. Exits with 0 only when every batch does, and some test ran.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type Batch, divide, isLong } from "./batches.ts";
import { openRunFolder } from "./run-folder.ts";

const ROOT = join(import.meta.dirname, "..");
const MOCHA = join(ROOT, "node_modules/mocha/bin/mocha.js");
const AT_ONCE = Math.min(2, availableParallelism());

/** A failure as Mocha tells it: a number, the titles of suites and test, a line each, and the error. */
const FAILURE = /^ {2}\d+\) ([\s\S]*?):\n\s*(.*)$/gm;

const begun = performance.now();
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed()} s`;
const running = new Set<ChildProcess>();
const counts = { passing: 0, pending: 0, failing: 0 };
const skipped: string[] = [];
/** In a line each: tests, and batches that ended with an error. */
const failed: string[] = [];
/** What Mocha tells of each batch's failures, told again at the end: the batch that failed may be far above. */
const failures: string[] = [];

async function run({ name }: Batch, files: string[]): Promise<void> {
  const since = performance.now();
  console.log(`… ${name}: ${files.length} files`);
  const color = process.stdout.isTTY ? ["--color"] : [];
  const args = [MOCHA, ...color, ...process.argv.slice(2), ...files.map((file) => `test/${file}`)];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const [out, errors, [status, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit") as Promise<[number | null, string | null]>,
  ]);
  running.delete(child);
  console.log(`\n== ${name} (${seconds(since)})\n${out}${errors}`);
  count(out);
  if (status !== 0) failed.push(`${name} ended with ${signal ?? status}`);
}

/** Takes from what Mocha's `spec` reporter printed what all batches come to. */
function count(out: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
  const plain = out.replace(/\x1b\[[0-9;]*m/g, "");
  const end = plain.search(/^ {2}\d+ passing/m);
  for (const [, number, what] of plain.slice(end).matchAll(/^ {2}(\d+) (passing|pending|failing)/gm)) {
    counts[what as keyof typeof counts] += Number(number);
  }
  const [, listed] = plain.slice(end).split(/^ {2}\d+ failing\n/m);
  if (listed) failures.push(listed.trim());
  for (const [, title = "", error] of listed?.matchAll(FAILURE) ?? [])
    failed.push(`${title.replace(/\s+/g, " ")}: ${error}`);
  for (const [, title = ""] of plain.slice(0, end).matchAll(/^ +- (.*)$/gm)) skipped.push(title);
}

/** Runs these, so many at once, in their order. */
async function runAll(batches: [Batch, string[]][], atOnce: number): Promise<void> {
  const next = async () => {
    for (let one = batches.shift(); one; one = batches.shift()) await run(...one);
  };
  await Promise.all(Array.from({ length: atOnce }, next));
}

openRunFolder();
// Else they would go on when this ends.
process.once("exit", () => {
  for (const child of running) child.kill("SIGTERM");
});
const isWhole = process.env.WHOLE === "1" || process.argv.length > 2;
const all = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".test.ts"))
  .sort();
const files = isWhole ? all : all.filter((file) => !isLong(file));
const batches = [...divide(files)].filter(([, files]) => files.length > 0);
await runAll(
  batches.filter(([{ alone }]) => !alone),
  AT_ONCE,
);
await runAll(
  batches.filter(([{ alone }]) => alone),
  1,
);

const { passing, pending, failing } = counts;
for (const title of skipped) console.log(`skipped: ${title}`);
if (!isWhole) {
  const long = all.filter(isLong).map((file) => file.replace(".test.ts", ""));
  console.log(
    `Left out, as half an hour is too long to wait; WHOLE=1 npm test runs them: ${long.join(", ")}`,
  );
}
for (const listed of failures) console.log(`\n  ${listed}\n`);
for (const what of failed) console.log(`FAILED: ${what}`);
console.log(`\nIn ${seconds(begun)}:\n${passing} passed, ${failing} failed, ${pending} skipped`);
process.exitCode = failed.length > 0 || passing + failing === 0 ? 1 : 0;
