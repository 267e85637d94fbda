import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { endWithUs } from "../test/support/end-with-us.ts";

/** One side of a comparison. */
export interface Side {
  name: string;
  /** Measures once, and resolves to the figure in the comparison's unit. */
  measure(): Promise<number>;
}

/** A claim: ours against a peer that is measured in the same run. */
export interface Comparison {
  name: string;
  unit: string;
  ours: Side;
  peer: Side;
  /** Whether less is better, as with latency: the ratio is then peer / ours. @default false */
  lessIsBetter?: boolean;
  /** The ratio that is promised; the benchmark fails below it. */
  atLeast?: number;
}

export interface Benchmark {
  comparisons: Comparison[];
  /** More to say once all was measured, e.g. the cost of each stage. */
  notes?(): Promise<string[]>;
  stop(): Promise<void>;
}

export interface Result {
  name: string;
  ratio: number;
  /** Medians. */
  ours: number;
  peer: number;
  unit: string;
  runs: { ours: number[]; peer: number[] };
  atLeast?: number | undefined;
  notes?: string[];
}

/** Measures each comparison `runs` times, ours and the peer in turn so that both meet the same machine. */
export async function runPairs(
  { comparisons, notes }: Benchmark,
  runs: number,
  say: (text: string) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const { name, unit, ours, peer, lessIsBetter, atLeast } of comparisons) {
    const seen: Result["runs"] = { ours: [], peer: [] };
    for (let run = 0; run < runs; run += 1) {
      for (const side of run % 2 === 0 ? (["ours", "peer"] as const) : (["peer", "ours"] as const)) {
        const subject = side === "ours" ? ours : peer;
        const value = await subject.measure();
        seen[side].push(value);
        say(`${name}: run ${run + 1} of ${runs}: ${subject.name}: ${show(value)} ${unit}`);
      }
    }
    const medians = { ours: median(seen.ours), peer: median(seen.peer) };
    const ratio = lessIsBetter ? medians.peer / medians.ours : medians.ours / medians.peer;
    results.push({ name, ratio, ...medians, unit, runs: seen, atLeast });
  }
  const last = results.at(-1);
  const said = await notes?.();
  if (last && said) last.notes = said;
  return results;
}

/** The middle value, or the mean of the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

/** Prints one line a result, or with `json` one JSON document a result and line. */
export function report(results: Result[], json: boolean): void {
  for (const { atLeast, notes, ...result } of results) {
    if (json) {
      process.stdout.write(`${JSON.stringify(result)}\n`);
      continue;
    }
    const promise =
      atLeast === undefined ? "" : `, promised ${atLeast}: ${result.ratio >= atLeast ? "kept" : "MISSED"}`;
    process.stdout.write(
      `${result.name}: ratio ${result.ratio.toFixed(3)} (ours ${show(result.ours)}, peer ${show(result.peer)} ${result.unit})${promise}\n`,
    );
    for (const line of notes ?? []) process.stdout.write(`  ${line}\n`);
  }
}

function show(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}

/** A server in a process of its own. */
export interface Program {
  port: number;
  pid: number;
  stop(): Promise<void>;
}

/** Starts a program of this folder, which writes its port as its first line. */
export function startProgram(file: string, ...args: string[]): Promise<Program> {
  return startServer(process.execPath, [new URL(file, import.meta.url).pathname, ...args]);
}

/** Starts a command that writes its port as its first line. */
export async function startServer(command: string, args: readonly string[]): Promise<Program> {
  const child = spawn(command, args, {
    env: { ...process.env, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  endWithUs(child);
  const exited = once(child, "exit");
  const [port] = await once(createInterface({ input: child.stdout }), "line");
  const stop = async () => {
    child.kill();
    await exited;
  };
  return { port: Number(port), pid: child.pid ?? 0, stop };
}
