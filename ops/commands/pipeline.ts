import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { Cluster } from "../pipeline/clusters/cluster.ts";
import type { PipelineOptions, PipelineState } from "../pipeline/state.ts";
import type { StepName } from "../pipeline/steps.ts";
import { collect, command, numberFrom } from "./command.ts";

interface Options {
  dir: string;
  cluster: PipelineOptions["cluster"];
  stack: string;
  service: string[];
  port: number;
  kubeconfig?: string;
  context?: string;
  target?: string;
  registry: string;
  rate?: number;
  connections?: number;
  duration: number;
  warmUp: number;
  seed?: number;
  failIf: string[];
  podFailures: number;
  timeout: string[];
  resume?: boolean;
}

const EXITS = `
Exit codes:
  0    every step passed, and every threshold is kept
  1    the pipeline could not begin: an option, a file
  2    the load was sent, and a threshold is crossed or no request succeeded
  3    a step failed: its error, command, exit status and last output are in state.json and report.md
  130  stopped by Ctrl-C or SIGTERM

Whatever happens, the report is written and the cluster is destroyed.`;

const WHAT: Record<StepName, string> = {
  create: "Make the cluster, in the place of one that is there",
  build: "Build the images and bring them to the cluster",
  deploy: "Deploy the stack and wait for its pods",
  check: "Wait until nodes, rollouts, endpoints and hosts are as they should be",
  "load-test": "Send the load and judge it",
  report: "Write report.md of what has happened until now",
  destroy: "Remove the cluster",
};

/** `trizone pipeline`: a throw-away cluster, echo services behind host-routed ingress, a load test, a report. */
export function pipeline(): Command {
  const all = command("pipeline", "Make a cluster, load-test services in it, report, destroy it", [
    "pipeline run --cluster local",
    "pipeline run --cluster kind --rate 200 --duration 30s --fail-if 'p99>500ms'",
    "pipeline run --cluster existing --kubeconfig FILE --target http://127.0.0.1:8080",
    "pipeline comment",
  ]);
  const run = withOptions(command("run", "Run all steps", ["pipeline run --cluster local"]))
    .option("--resume", "go on where the last run stopped")
    .addHelpText("after", EXITS)
    .action(runAll);
  all.addCommand(run, { isDefault: true });
  for (const name of Object.keys(WHAT) as StepName[]) {
    const step = command(name, WHAT[name], [`pipeline ${name}`]).addHelpText("after", EXITS);
    // Later steps use what the first was given.
    const known = name === "create" ? withOptions(step) : withDirectory(step);
    all.addCommand(known.action((options: Options) => runStep(name, options)));
  }
  return all.addCommand(comment());
}

function withDirectory(step: Command): Command {
  return step.option("--dir <folder>", "state, reports and logs", join(".trizone", "pipeline"));
}

function withOptions(step: Command): Command {
  return withDirectory(step)
    .option(
      "--cluster <kind>",
      "local (three zones of this machine), kind, or existing",
      clusterKind,
      "local",
    )
    .option("--stack <name>", "stack to deploy (default: dev on local, else ci)", "")
    .option("--service <name>", "echo service; repeatable (default: foo and bar)", collect, [])
    .option(
      "--port <number>",
      "port of this machine that the ingress answers at",
      numberFrom(1, 65_535, "whole"),
      8080,
    )
    .option("--kubeconfig <file>", "for existing: default: KUBECONFIG, else kubectl's own")
    .option("--context <name>", "for existing: context of the kubeconfig")
    .option("--target <url>", "for existing: where its ingress answers (default: --port of this machine)")
    .option("--registry <host>", "of the images, for kind and existing", "localhost:5001")
    .option("--rate <n>", "requests a second (default: 100)", numberFrom(0.01, 200_000))
    .option("--connections <n>", "without --rate: a closed model of so many", numberFrom(1, 20_000, "whole"))
    .option("--duration <seconds>", "of the load", numberFrom(1, 3600), 20)
    .option("--warm-up <seconds>", "of the load, uncounted", numberFrom(0, 600), 2)
    .option("--seed <n>", "decides every random choice", numberFrom(0, 2 ** 31, "whole"))
    .option("--fail-if <threshold>", "as for load-test; repeatable (default: errors>1%)", collect, [])
    .option("--pod-failures <n>", "pods to kill during the load", numberFrom(0, 100, "whole"), 0)
    .option("--timeout <step=seconds>", "for a step, in the place of the usual; repeatable", collect, []);
}

async function runAll(options: Options): Promise<void> {
  const [{ exitCodeOf, Pipeline }, { readState }, { Interrupted }] = await parts();
  const directory = resolve(options.dir);
  const wanted = pipelineOptions(options);
  const from = options.resume ? await readState(Pipeline.stateFile(directory)) : undefined;
  if (options.resume && !from) throw new Error(`there is nothing to resume in ${directory}`);
  const cluster = await clusterOf(from?.options.cluster ?? wanted.cluster);
  const interruption = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (!interruption.signal.aborted) say("stopping: the report is written and the cluster destroyed");
    interruption.abort(new Interrupted(name));
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  const { signal } = interruption;
  const run = new Pipeline({ directory, options: from?.options ?? wanted, cluster, from, signal, say });
  const state = await run.run();
  console.log(`report: ${join(directory, "report.md")}`);
  if (state.outcome === "passed") process.exit(0);
  const failed = Object.values(state.steps).find(({ status }) => status === "failed");
  if (failed?.error?.command) console.error(`command: ${failed.error.command}`);
  if (failed?.error?.output) console.error(failed.error.output);
  process.exit(exitCodeOf(run.failure));
}

async function runStep(name: StepName, options: Options): Promise<void> {
  const [{ exitCodeOf, Pipeline }, { readState }, { Interrupted }] = await parts();
  const directory = resolve(options.dir);
  const from = name === "create" ? undefined : await readState(Pipeline.stateFile(directory));
  if (name !== "create" && !from)
    throw new Error(`no pipeline was begun in ${directory}: run first: trizone pipeline create`);
  const wanted = from?.options ?? pipelineOptions(options);
  const interruption = new AbortController();
  for (const one of ["SIGINT", "SIGTERM"] as const)
    process.on(one, () => interruption.abort(new Interrupted(one)));
  const cluster = await clusterOf(wanted.cluster);
  const step = new Pipeline({ directory, options: wanted, cluster, from, signal: interruption.signal, say });
  try {
    await step.runOne(name);
  } catch (error) {
    const { output, command: failed } = error as { output?: string; command?: string };
    if (failed) console.error(`command: ${failed}`);
    if (output) console.error(output);
    process.exit(exitCodeOf(error));
  }
  process.exit(0);
}

function parts() {
  return Promise.all([
    import("../pipeline/runner.ts"),
    import("../pipeline/state.ts"),
    import("../pipeline/steps.ts"),
  ]);
}

async function clusterOf(kind: PipelineState["options"]["cluster"]): Promise<Cluster> {
  if (kind === "local") return new (await import("../pipeline/clusters/local.ts")).LocalCluster();
  if (kind === "kind") return new (await import("../pipeline/clusters/kind.ts")).KindCluster();
  return new (await import("../pipeline/clusters/existing.ts")).ExistingCluster();
}

function pipelineOptions(options: Options): PipelineOptions {
  const { cluster, port, kubeconfig, context, target, registry, rate, connections, seed, podFailures } =
    options;
  return {
    ...{ cluster, port, kubeconfig, context, target, registry, connections, seed, podFailures },
    stack: options.stack || (cluster === "local" ? "dev" : "ci"),
    services: options.service.length > 0 ? options.service : ["foo", "bar"],
    rate: rate ?? (connections === undefined ? 100 : undefined),
    seconds: options.duration,
    warmUpSeconds: options.warmUp,
    failIf: options.failIf.length > 0 ? options.failIf : ["errors>1%"],
    timeouts: Object.fromEntries(options.timeout.map(stepTimeout)),
  };
}

function stepTimeout(text: string): [string, number] {
  const [, step = "", seconds] = /^([a-z-]+)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (step in WHAT && Number(seconds) > 0) return [step, Number(seconds)];
  throw new Error(
    `"${text}" is no time of a step: write e.g. deploy=120; steps are ${Object.keys(WHAT).join(", ")}`,
  );
}

function clusterKind(text: string): PipelineOptions["cluster"] {
  if (text === "local" || text === "kind" || text === "existing") return text;
  throw new Error(`there is no cluster "${text}": use local, kind or existing`);
}

function say(line: string): void {
  console.log(line);
}

function comment(): Command {
  return withDirectory(
    command("comment", "Write the report to the pull request: one comment, updated in place", [
      "pipeline comment",
      "pipeline comment --report preview.md",
    ]),
  )
    .option("--report <file>", "another report, in a comment of its own (default: the pipeline's)")
    .option("--repository <owner/name>", "default: GITHUB_REPOSITORY")
    .option("--pull-request <n>", "default: that of GITHUB_EVENT_PATH", numberFrom(1, 1e9, "whole"))
    .addHelpText(
      "after",
      "\nThe token is read from GITHUB_TOKEN. Where the comment can't be written, the report goes to the job's summary,\nand the exit code is 0.",
    )
    .action(async (options: { dir: string; report?: string; repository?: string; pullRequest?: number }) => {
      const [{ publishReport }, { REPORT }] = await Promise.all([
        import("../pipeline/comment.ts"),
        import("../pipeline/report.ts"),
      ]);
      console.log(await publishReport(resolve(options.report ?? join(options.dir, REPORT)), options));
    });
}
