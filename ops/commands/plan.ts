import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { Graph } from "../../engine/index.ts";
import type { GraphDiff } from "../graph/diff.ts";
import { collect, command, projectDirectory } from "./command.ts";

/** Milliseconds until the graphs are compared, which blocks this process: the questions to the policies are sent before. */
const QUESTION_MS = 20;

interface Options {
  stack: string;
  set: string[];
  diff?: string[];
  json?: boolean;
}

/** `trizone plan`: evaluates and judges a stack without an account, the Pulumi CLI or a network. */
export function plan(): Command {
  return command("plan", "Evaluate a stack and judge it by the policies; nothing is created", [
    "plan --stack prod",
    "plan --stack prod --set aws:region=us-east-1",
    "plan --stack dev --json",
    "plan --diff dev prod",
    "plan --diff prod --set trizone:replicas=9",
  ])
    .option("--stack <name>", "stack whose config to use", "dev")
    .option("--set <key=value>", "override a config value; repeatable", collect, [])
    .option("--diff <stacks...>", "how two stacks differ, or one from its recorded graph; judges neither")
    .option("--json", "print resources, violations and outputs (or differences) as JSON")
    .action((options: Options) => (options.diff ? compare(options.diff, options) : judge(options)));
}

async function judge({ stack, set, json }: Options): Promise<void> {
  const { declare } = await import("../../local/declare.ts");
  // Loaded while the program runs, and compared while the policies judge.
  const [view, comparing] = [import("../graph/plan-view.ts"), comparison(stack)];
  let compared: Promise<GraphDiff | undefined> = Promise.resolve(undefined);
  const result = await declare({
    ...{ directory: projectDirectory, stack, overrides: set },
    onGraph: (graph) => {
      compared = sleep(QUESTION_MS).then(async () => (await comparing)(graph));
      compared.catch(() => undefined);
    },
  });
  for (const { severity, message } of result.logged) process.stderr.write(`${severity}: ${message}\n`);
  const [{ renderPlan, planJson }, diff] = await Promise.all([view, compared]);
  console.log(json ? JSON.stringify(planJson(result, diff), null, 2) : renderPlan(result, diff));
  const isRefused = result.violations.some(({ level }) => level === "mandatory");
  if (isRefused || result.logged.some(({ severity }) => severity === "error")) process.exitCode = 1;
}

async function compare([one = "", other, ...rest]: string[], { set, json }: Options): Promise<void> {
  if (rest.length > 0) throw new Error("--diff takes one stack or two, e.g. plan --diff dev prod");
  const { graphOfStack, record } = await import("../graph/recording.ts");
  const { diffGraphs } = await import("../graph/diff.ts");
  const { renderDiff } = await import("../graph/diff-view.ts");
  let diff: GraphDiff | undefined;
  if (other === undefined) {
    diff = (await comparison(one))(await graphOfStack(one, set));
    if (!diff) {
      throw new Error(
        `nothing is recorded of stack ${one} in test/graphs: name a second stack to compare it with`,
      );
    }
  } else {
    const graphs = await Promise.all([graphOfStack(one, set), graphOfStack(other, set)]);
    const [before, after] = [record(graphs[0]), record(graphs[1])];
    diff = diffGraphs(before, after, { before: one, after: other });
  }
  console.log(json ? JSON.stringify(diff, null, 2) : renderDiff(diff));
}

/** A function that says how a graph differs from the recorded one; undefined where none is recorded. */
async function comparison(stack: string): Promise<(graph: Graph) => GraphDiff | undefined> {
  const { readRecording, record } = await import("../graph/recording.ts");
  const { diffGraphs } = await import("../graph/diff.ts");
  const recording = await readRecording(stack);
  return (graph) => recording && diffGraphs(recording, record(graph));
}
