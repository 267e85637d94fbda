import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { Command } from "commander";
import { type Benchmark, report, runPairs } from "./kit.ts";

/** `npm run bench -- <name>`: a benchmark against its peer in the same run, printed as ratios. */
const names = (await readdir(import.meta.dirname, { withFileTypes: true }))
  .filter((entry) => entry.isFile() && entry.name.endsWith(".bench.ts"))
  .map(({ name }) => name.replace(/\.bench\.ts$/, ""))
  .sort();

const program = new Command("bench")
  .description("Measures a part against its peer, alternating, and prints the ratio of their medians.")
  .argument("<name>", `one of ${names.join(", ")}`)
  .option("--json", "print {name, ratio, ours, peer, unit, runs} and nothing else on standard output", false)
  .option("--runs <n>", "runs of each, alternating", wholeNumber, 5)
  .option("--seconds <n>", "length of one run", wholeNumber, 5)
  .parse();

const [name = ""] = program.args;
if (!names.includes(name))
  program.error(`error: there is no benchmark "${name}"; use one of ${names.join(", ")}`);
const { json, runs, seconds } = program.opts<{ json: boolean; runs: number; seconds: number }>();
const say = (text: string) => void process.stderr.write(`${text}\n`);
const { default: create } = (await import(resolve(import.meta.dirname, `${name}.bench.ts`))) as {
  default: (options: { seconds: number; say: (text: string) => void }) => Promise<Benchmark>;
};
const benchmark = await create({ seconds, say });
try {
  const results = await runPairs(benchmark, runs, say);
  report(results, json);
  process.exitCode = results.every(({ ratio, atLeast }) => atLeast === undefined || ratio >= atLeast) ? 0 : 1;
} finally {
  await benchmark.stop();
}
// Child processes and sockets that linger must not keep a finished measurement.
process.exit();

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  return program.error(`error: expected a whole number above 0, not "${text}"`);
}
