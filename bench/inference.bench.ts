import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join, resolve } from "node:path";
import { type LoadedModel, loadModel } from "../services/news/inference/loaded-model.ts";
import { openModelFolder } from "../services/news/model/cache.ts";
import { cpuOfProcess } from "./cpu.ts";
import { ofBareRuntime, ofModel } from "./inference/in-process.ts";
import { TEXTS } from "./inference/texts.ts";
import {
  type Benchmark,
  type Comparison,
  type Program,
  type Side,
  startProgram,
  startServer,
} from "./kit.ts";
import { load, percentile, requestHead, requestOf } from "./load.ts";

/** Folder of a version; its name is the version's. */
const MODEL = resolve(process.env.BENCH_MODEL ?? join(import.meta.dirname, "../models/news/1.1.0"));
/** The same model in fp32, which the repository doesn't hold. */
const FP32 = process.env.BENCH_MODEL_FP32;
/** A Python with fastapi, uvicorn, tokenizers, onnxruntime and numpy. */
const PYTHON = process.env.BENCH_PYTHON ?? "python3";
const THREADS = Math.min(2, availableParallelism());
const CLIENTS = 32;
const BATCH = 64;

/**
 * A model's texts a second: behind HTTP against a Python service, batched against one by one, and in this process
 * against ONNX Runtime alone on the same batches. All have the same file and threads, and run on the same cores.
 */
export default async function inference({
  seconds,
  say,
}: {
  seconds: number;
  say: (text: string) => void;
}): Promise<Benchmark> {
  if (!existsSync(MODEL))
    throw new Error(`There is no model in ${MODEL}: set BENCH_MODEL to a version's folder`);
  const folder = await openModelFolder(basename(MODEL), MODEL);
  const programs: Program[] = [];
  const models: LoadedModel[] = [];
  const service = async (...args: [runTexts: number]) => {
    const program = await startProgram(
      "inference/service.ts",
      MODEL,
      folder.version,
      String(THREADS),
      String(args[0]),
    );
    programs.push(program);
    return program;
  };
  const cost = new Map<string, number>();
  const ours = await service(BATCH);
  const oneByOne = await service(1);
  const comparisons: Comparison[] = [
    {
      name: `batched, ${CLIENTS} clients`,
      unit: "texts/s",
      ours: throughput("batches", ours, seconds, cost),
      peer: throughput("one by one", oneByOne, seconds, cost),
      atLeast: 1.5,
    },
    {
      name: "batched, 1 client, median",
      unit: "ms",
      lessIsBetter: true,
      ours: median("batches", ours, seconds),
      peer: median("one by one", oneByOne, seconds),
      atLeast: 0.95,
    },
  ];
  const missing = missingInPython();
  if (missing) say(`The Python service is left out: ${missing}`);
  else {
    const python = await startServer(PYTHON, [
      new URL("peers/inference.py", import.meta.url).pathname,
      MODEL,
      String(THREADS),
      String(BATCH),
    ]);
    programs.push(python);
    comparisons.unshift({
      name: `service, ${CLIENTS} clients`,
      unit: "texts/s",
      ours: throughput("ours", ours, seconds, cost),
      peer: throughput("FastAPI", python, seconds, cost),
      atLeast: 1.2,
    });
  }
  const options = { threads: THREADS, queueTexts: 512 };
  const model = await loadModel(folder, options);
  models.push(model);
  const bare = await ofBareRuntime(folder, THREADS);
  comparisons.push({
    name: "bare ONNX Runtime, same batches",
    unit: "texts/s",
    ours: { name: "ours", measure: () => ofModel(model, seconds) },
    peer: { name: "bare", measure: () => bare(seconds) },
    atLeast: 0.9,
  });
  if (FP32) {
    const fp32 = await loadModel(await openModelFolder(basename(FP32), FP32), options);
    models.push(fp32);
    comparisons.push({
      name: "int8 against fp32",
      unit: "texts/s",
      ours: { name: "int8", measure: () => ofModel(model, seconds) },
      peer: { name: "fp32", measure: () => ofModel(fp32, seconds) },
      // Without these instructions int8 takes about as long as fp32.
      ...(hasVnni() && { atLeast: 1.8 }),
    });
  } else say("int8 against fp32 is left out: set BENCH_MODEL_FP32 to the folder of the same model in fp32");
  return {
    comparisons,
    notes: async () => [
      ...[...cost].map(([name, ms]) => `${name}: ${ms.toFixed(1)} ms of CPU time a text, in the last run`),
      `event loop of ours at ${CLIENTS} clients: ${await eventLoopDelay(ours, seconds)} ms late at p99`,
    ],
    stop: async () => {
      await Promise.all(programs.map((program) => program.stop()));
      await Promise.all(models.map((loaded) => loaded.close()));
    },
  };
}

const HEAD = requestHead("/analyze", {});
const REQUESTS = TEXTS.map((text) => requestOf(HEAD, "k", JSON.stringify({ text })));

async function drive({ port }: Program, connections: number, seconds: number) {
  let next = 0;
  const result = await load({
    port,
    connections,
    seconds,
    next: () => {
      next += 1;
      return REQUESTS[next % REQUESTS.length] ?? "";
    },
  });
  if (result.statuses.size !== 1 || !result.statuses.has(200) || result.broken > 0)
    throw new Error(
      `answers were ${[...result.statuses.keys()].join(", ")}, and ${result.broken} connections broke`,
    );
  return result;
}

function throughput(name: string, program: Program, seconds: number, cost: Map<string, number>): Side {
  const cpu = cpuOfProcess(program.pid);
  const measure = async () => {
    const started = await cpu();
    const texts = (await drive(program, CLIENTS, seconds)).statuses.get(200) ?? 0;
    cost.set(name, ((await cpu()) - started) / texts);
    return texts / seconds;
  };
  return { name, measure };
}

function median(name: string, program: Program, seconds: number): Side {
  return { name, measure: async () => percentile((await drive(program, 1, seconds)).latencies, 0.5) };
}

async function eventLoopDelay(program: Program, seconds: number): Promise<string> {
  const url = `http://127.0.0.1:${program.port}/delay`;
  await fetch(url, { method: "POST" });
  await drive(program, CLIENTS, seconds);
  const { p99 } = (await (await fetch(url, { method: "POST" })).json()) as { p99: number };
  return p99.toFixed(1);
}

/** Why the Python service can't run here; undefined when it can. */
function missingInPython(): string | undefined {
  try {
    execFileSync(PYTHON, ["-c", "import fastapi, numpy, onnxruntime, tokenizers, uvicorn"], {
      stdio: "pipe",
    });
    return undefined;
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    const reason = stderr?.toString().trim().split("\n").at(-1) ?? String(error);
    return `${reason}; set BENCH_PYTHON to a Python with fastapi, uvicorn, tokenizers, onnxruntime and numpy`;
  }
}

function hasVnni(): boolean {
  return (
    existsSync("/proc/cpuinfo") &&
    /avx512_vnni|avx_vnni/.test(execFileSync("cat", ["/proc/cpuinfo"]).toString())
  );
}
