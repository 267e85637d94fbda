import assert from "node:assert/strict";
import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, ".github/workflows");

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  "continue-on-error"?: unknown;
}
interface Job extends Step {
  steps?: Step[];
  permissions?: Record<string, string>;
  "timeout-minutes"?: number;
}
interface Workflow {
  on: Record<string, unknown> & { schedule?: { cron: string }[] };
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

for (const file of readdirSync(folder)) {
  describe(`the workflow ${file}`, () => {
    const text = readFileSync(join(folder, file), "utf8");
    const workflow = parse(text) as Workflow;
    const jobs = Object.values(workflow.jobs);
    const steps = jobs.flatMap((job) => [job, ...(job.steps ?? [])]);

    it("pins each action by the digest of a commit, with its version beside it", () => {
      const used = text.split("\n").filter((line) => /^\s*(?:- )?uses: (?!\.\/)/.test(line));
      for (const line of used) assert.match(line, /uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, line);
      // However it is written, as YAML has many ways: a workflow of this repository, or a commit.
      for (const { uses } of steps) {
        if (uses?.startsWith("./")) accessSync(join(root, uses));
        else if (uses !== undefined) assert.match(uses, /^[\w-]+\/[\w./-]+@[0-9a-f]{40}$/);
      }
    });

    it("may only read, but where a job says more", () => {
      assert.deepEqual(workflow.permissions, { contents: "read" });
    });

    it("may write only what a step of the job needs: a token for AWS's role, or a comment", () => {
      for (const [name, job] of Object.entries(workflow.jobs)) {
        const own = [job, ...(job.steps ?? [])];
        const needs: Record<string, boolean> = {
          "id-token": own.some(({ uses = "" }) => /^aws-actions\/|deploy-stack\.yml$/.test(uses)),
          "pull-requests": own.some(({ run = "" }) => run.includes("trizone pipeline comment --report")),
        };
        const permissions = job.permissions ?? {};
        assert.equal(typeof permissions, "object", `${name} has all permissions at once`);
        for (const [what, level] of Object.entries(permissions)) {
          if (level === "write") assert.ok(needs[what], `${name} may write ${what} and doesn't need it`);
          else assert.equal(level, "read", `${name}: ${what}`);
        }
      }
    });

    it("starts at times that are times", () => {
      if (!("schedule" in workflow.on)) return;
      const times = workflow.on.schedule ?? [];
      assert.ok(times.length > 0);
      for (const { cron } of times) assert.deepEqual(cronProblems(cron), [], cron);
    });

    it("runs Node 24 wherever Node runs", () => {
      for (const [name, { steps = [] }] of Object.entries(workflow.jobs)) {
        const set = steps.findIndex(({ uses }) => uses?.startsWith("actions/setup-node@"));
        const first = steps.findIndex(({ run = "" }) => /\b(?:npm|npx|node)\b|\.ci\//.test(run));
        if (first >= 0) assert.ok(set >= 0 && set < first, `${name} runs Node before it is set up`);
        if (set >= 0) assert.equal(steps[set]?.with?.["node-version"], 24, name);
        if (set >= 0) assert.ok(!("node-version-file" in (steps[set]?.with ?? {})), name);
      }
    });

    it("runs nothing of a pull request where there is a token that may write", () => {
      assert.ok(!("pull_request_target" in workflow.on));
      const mayWrite = jobs.some((job) => Object.values(job.permissions ?? {}).includes("write"));
      if (mayWrite) assert.ok(!("pull_request" in workflow.on));
    });

    it("keeps no credential in the checkout, and no long-lived key of AWS anywhere", () => {
      for (const step of steps)
        if (step.uses?.startsWith("actions/checkout"))
          assert.equal(step.with?.["persist-credentials"], false);
      assert.doesNotMatch(text, /AWS[_-](?:ACCESS[_-]KEY|SECRET|SESSION[_-]TOKEN)/i);
      for (const { uses = "", with: given = {} } of steps) {
        if (!uses.startsWith("aws-actions/configure-aws-credentials@")) continue;
        assert.deepEqual(Object.keys(given).sort(), ["aws-region", "role-to-assume"]);
        assert.match(String(given["role-to-assume"]), /^\$\{\{ vars\.\w+ \}\}$/);
      }
    });

    it("bounds each job's time", () => {
      for (const job of jobs) assert.ok(job.steps === undefined || Number(job["timeout-minutes"]) <= 120);
    });

    it("runs scripts that are there and may be run", () => {
      for (const { run = "" } of steps)
        for (const [script] of run.matchAll(/\.ci\/[\w-]+/g)) accessSync(join(root, script), constants.X_OK);
    });

    it("puts nothing that a pull request says into a script's text", () => {
      for (const { run = "" } of steps)
        for (const [, expression = ""] of run.matchAll(/\$\{\{(.*?)\}\}/g))
          assert.match(expression, /^ (?:github\.event\.pull_request\.number) $/);
    });
  });
}

describe("the scheduled workflows together", () => {
  const scheduled = readdirSync(folder)
    .map((file) => parse(readFileSync(join(folder, file), "utf8")) as Workflow)
    .filter((workflow) => "schedule" in workflow.on);
  const runs = scheduled.flatMap(({ jobs }) =>
    Object.values(jobs).flatMap((job) => (job.steps ?? []).map((step) => ({ job, step }))),
  );
  const failing = (command: RegExp) =>
    runs.filter(
      ({ job, step }) =>
        command.test(step.run ?? "") && !step["continue-on-error"] && !job["continue-on-error"],
    );

  it("fail for an advisory of a package, and for a chart, an engine or an image that is too old", () => {
    assert.ok(failing(/^npm run ages$/).length > 0, "no scheduled job runs the ages, or none fails by it");
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const [audit = "", ages = "", ...more] = (scripts.ages ?? "").split(" && ");
    assert.match(audit, /^npm audit --omit=dev --audit-level=(?:low|moderate|high)$/);
    assert.match(ages, /^node bin\/trizone\.cjs ages$/);
    assert.deepEqual(more, []);
  });

  it("fail for an advisory within a day of it", () => {
    assert.ok(failing(/^npm audit --omit=dev --audit-level=(?:low|moderate|high)$/).length > 0);
  });
});

/** What is wrong with a time of GitHub's: https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule */
function cronProblems(cron: string): string[] {
  const ranges: [string, number, number][] = [
    ["minute", 0, 59],
    ["hour", 0, 23],
    ["day", 1, 31],
    ["month", 1, 12],
    ["weekday", 0, 6],
  ];
  const fields = cron.split(" ");
  if (fields.length !== ranges.length) return [`expected five fields, found ${fields.length}`];
  return ranges.flatMap(([name, least, most], index) => {
    const isRight = (part: string) => {
      const [, from = "", to = from, step = "1"] = /^(\*|\d+)(?:-(\d+))?(?:\/(\d+))?$/.exec(part) ?? [];
      if (from === "*") return to === "*" && Number(step) >= 1;
      return from !== "" && least <= Number(from) && Number(from) <= Number(to) && Number(to) <= most;
    };
    return (fields[index] ?? "").split(",").every(isRight) ? [] : [`${name} is ${fields[index]}`];
  });
}
