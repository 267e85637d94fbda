import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readJsonFile } from "../../local/files.ts";
import { LoadDocument, markdownOf } from "../load/report/index.ts";
import { LOAD_FILES } from "./load-step.ts";
import type { PipelineState } from "./state.ts";
import { STEP_NAMES } from "./steps.ts";

export const REPORT = "report.md";

const Extras = z.object({
  usage: z.array(
    z.object({ workload: z.string(), pods: z.number(), cores: z.number(), memoryMiB: z.number() }),
  ),
  failedPods: z.array(z.string()),
});

const MARKS = { waiting: "·", running: "…", passed: "✅", failed: "❌", skipped: "–" } as const;

/** Writes the report of what has happened until now; a step that failed is in it with its command and last output. */
export async function writeReport(directory: string, state: PipelineState): Promise<void> {
  await writeFile(join(directory, REPORT), await reportOf(directory, state));
}

async function reportOf(directory: string, state: PipelineState): Promise<string> {
  const wasSent = state.steps["load-test"].startedAt !== undefined;
  const read = async (file: string) => (wasSent ? readJsonFile(join(directory, file)) : undefined);
  // What an earlier run in this folder has left is not this run's.
  const load = LoadDocument.safeParse(await read(LOAD_FILES.json)).data;
  const extras = Extras.safeParse(await read(LOAD_FILES.extras)).data;
  const { options, outcome } = state;
  return [
    `## Load test on ${options.cluster}: ${outcome === "running" ? "under way" : outcome}`,
    "",
    ...(load ? [markdownOf(load)] : ["No load was sent.", ""]),
    ...(extras ? usageLines(extras) : []),
    "| step | | seconds |",
    "| --- | --- | ---: |",
    ...STEP_NAMES.filter((name) => name !== "report").map((name) => {
      const { status, seconds } = state.steps[name];
      return `| ${name} | ${MARKS[status]} ${status} | ${seconds?.toFixed(1) ?? ""} |`;
    }),
    "",
    ...STEP_NAMES.flatMap((name) => errorLines(name, state.steps[name].error)),
  ].join("\n");
}

function usageLines({ usage, failedPods }: z.infer<typeof Extras>): string[] {
  return [
    "| service | pods | cores | MiB, the largest pod |",
    "| --- | ---: | ---: | ---: |",
    ...usage.map(
      ({ workload, pods, cores, memoryMiB }) =>
        `| ${workload} | ${pods} | ${cores.toFixed(2)} | ${Math.round(memoryMiB)} |`,
    ),
    "",
    ...(failedPods.length > 0 ? [`Pods killed during the load: ${failedPods.join(", ")}`, ""] : []),
  ];
}

function errorLines(name: string, error: PipelineState["steps"]["create"]["error"]): string[] {
  if (!error) return [];
  const { message, command, exitStatus, output } = error;
  // A fence that the output itself can't end.
  const fence = "~~~~~~";
  return [
    `**${name}**: ${message}`,
    "",
    ...(command
      ? [
          `\`${command.replaceAll("`", "'")}\`${exitStatus === undefined ? "" : ` (exit status ${exitStatus})`}`,
          "",
        ]
      : []),
    ...(output ? [fence, output.replaceAll(fence, "~~~"), fence, ""] : []),
  ];
}
