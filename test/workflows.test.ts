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
}
interface Job extends Step {
  steps?: Step[];
  permissions?: Record<string, string>;
  "timeout-minutes"?: number;
}
interface Workflow {
  on: Record<string, unknown>;
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
    });

    it("may only read, but where a job says more", () => {
      assert.deepEqual(workflow.permissions, { contents: "read" });
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
      assert.doesNotMatch(text, /AWS_(?:ACCESS_KEY|SECRET)/i);
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
