import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { onPath } from "../../pulumi/cli.ts";

const run = promisify(execFile);

/** Milliseconds. */
const LIMIT = 60_000;

/** A time series: its name and labels as PromQL has them, and its samples in promtool's notation (`0+10x60`). */
export interface Series {
  series: string;
  values: string;
}

export interface RuleTest {
  /** Time between samples. @default "5s" */
  interval?: string;
  series: Series[];
  /** Queries that must be 1 (`… > bool 0`) at a time, for as many series. */
  holds?: { expr: string; at: string; times?: number }[];
  /** Names of the alerts that fire at a time; all of `watched`'s others must not. */
  fires?: { at: string; alerts: string[]; watched: string[] }[];
}

/** Tests with promtool; where there is none they are skipped, and the title says why. */
export function withPromtool(title: string, tests: () => void): void {
  if (onPath("promtool")) describe(title, tests);
  else
    describe.skip(
      `${title} (skipped: promtool is not on the PATH; Debian has it in the package prometheus)`,
      tests,
    );
}

/** Runs `promtool check rules`; rejects with what it says. */
export function checkRules(groups: object[]): Promise<string> {
  return inFolder(groups, async (folder) => said(["check", "rules", join(folder, "rules.yaml")]));
}

/** Runs the tests against the rules with `promtool test rules`; rejects with what it says. */
export function testRules(groups: object[], tests: RuleTest[]): Promise<string> {
  return inFolder(groups, async (folder) => {
    const file = join(folder, "tests.yaml");
    const suite = { rule_files: ["rules.yaml"], evaluation_interval: "5s", tests: tests.map(asPromtool) };
    await writeFile(file, stringify(suite, { lineWidth: 0 }));
    return said(["test", "rules", file]);
  });
}

function asPromtool({ interval = "5s", series, holds = [], fires = [] }: RuleTest): object {
  const held = holds.map(({ expr, at, times = 1 }) => ({
    // One sample a query, whatever the labels of its series.
    expr: `sum(${expr})`,
    eval_time: at,
    exp_samples: [{ labels: "{}", value: times }],
  }));
  const fired = fires.flatMap(({ at, alerts, watched }) =>
    watched.map((name) => ({
      expr: `count(ALERTS{alertname="${name}",alertstate="firing"}) > bool 0`,
      eval_time: at,
      exp_samples: alerts.includes(name) ? [{ labels: "{}", value: 1 }] : [],
    })),
  );
  return { interval, input_series: series, promql_expr_test: [...held, ...fired] };
}

async function inFolder<T>(groups: object[], use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "trizone-rules-"));
  try {
    await writeFile(join(folder, "rules.yaml"), stringify({ groups }, { lineWidth: 0 }));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function said(args: string[]): Promise<string> {
  try {
    return (await run("promtool", args, { timeout: LIMIT })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`promtool ${args[0]} ${args[1]} failed:\n${stdout ?? ""}${stderr ?? ""}`, {
      cause: error,
    });
  }
}
