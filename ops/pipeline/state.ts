import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { writeDurably } from "../../local/files.ts";
import { STEP_NAMES, type StepName } from "./steps.ts";

const StepState = z.object({
  status: z.enum(["waiting", "running", "passed", "failed", "skipped"]),
  startedAt: z.iso.datetime().optional(),
  seconds: z.number().optional(),
  error: z
    .object({
      message: z.string(),
      /** The command that failed, its exit status and the end of what it wrote, where it was one. */
      command: z.string().optional(),
      exitStatus: z.number().int().optional(),
      output: z.string().optional(),
    })
    .optional(),
});
export type StepState = z.infer<typeof StepState>;

/** What a step asks for, kept so that each can be run again by itself. */
export const PipelineOptions = z.object({
  cluster: z.enum(["local", "kind", "existing"]),
  /** Stack whose graph is deployed. */
  stack: z.string(),
  /** Names of the echo services; each answers under NAME.localhost. */
  services: z.array(z.string()).min(1),
  /** Port of this machine under which the cluster's ingress answers. */
  port: z.number().int(),
  kubeconfig: z.string().optional(),
  context: z.string().optional(),
  /** For existing clusters: where the ingress answers, where it isn't this machine's port. */
  target: z.url().optional(),
  registry: z.string(),
  rate: z.number().optional(),
  connections: z.number().int().optional(),
  seconds: z.number(),
  warmUpSeconds: z.number(),
  seed: z.number().int().optional(),
  failIf: z.array(z.string()),
  /** Pods that are killed while the load is sent. */
  podFailures: z.number().int(),
  /** Seconds by step, in the place of the usual ones. */
  timeouts: z.partialRecord(z.enum(STEP_NAMES as [StepName, ...StepName[]]), z.number()),
});
export type PipelineOptions = z.infer<typeof PipelineOptions>;

/** `state.json`: where a pipeline is, and what became of its steps. */
export const PipelineState = z.object({
  schema: z.literal("trizone.pipeline/1"),
  options: PipelineOptions,
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().optional(),
  outcome: z.enum(["running", "passed", "failed", "interrupted"]),
  /** The process that runs it, or ran it last. */
  pid: z.number().int(),
  steps: z.record(z.enum(STEP_NAMES as [StepName, ...StepName[]]), StepState),
});
export type PipelineState = z.infer<typeof PipelineState>;

export function newState(options: PipelineOptions): PipelineState {
  const steps = Object.fromEntries(STEP_NAMES.map((name) => [name, { status: "waiting" as const }]));
  return {
    ...{ schema: "trizone.pipeline/1", options, startedAt: new Date().toISOString(), outcome: "running" },
    pid: process.pid,
    steps: steps as PipelineState["steps"],
  };
}

/** @throws Error where the file isn't one of this version's */
export async function readState(file: string): Promise<PipelineState | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const read = PipelineState.safeParse(parsed(text));
  if (read.success) return read.data;
  throw new Error(
    `${file} is no state of this version's pipeline: remove it and begin with: trizone pipeline run`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What isn't JSON fits the schema as little as any other value.
    return undefined;
  }
}

export async function writeState(file: string, state: PipelineState): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeDurably(file, state);
}
