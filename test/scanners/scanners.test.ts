import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Graph } from "../../engine/index.ts";
import { graphOf, PROJECT } from "../program/graphs.ts";
import { onPath } from "../pulumi/cli.ts";
import { iamDocuments, terraformPlan } from "./terraform-plan.ts";

const PAGE = "docs/decisions/0021-scanner-findings.md";

/** What a scanner found: its check, and the name of the resource. */
interface Finding {
  check: string;
  resource: string;
}

/** Milliseconds that a scanner may take on a machine that is busy with other tests. */
const LIMIT_MS = 240_000;

describe("scanners on prod's graph", function () {
  this.timeout(LIMIT_MS + 60_000);
  let prod: Graph;
  let folder: string;
  let answers: Finding[];
  before(async () => {
    [prod, folder, answers] = await Promise.all([
      graphOf("prod"),
      mkdtemp(join(tmpdir(), "trizone-scan-")),
      readAnswers(),
    ]);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Every finding has its line on the page, and every line its finding. */
  function allAnswered(found: Finding[], family: RegExp): void {
    const lines = answers.filter(({ check }) => family.test(check));
    const open = found.filter((one) => !lines.some((line) => answersTo(line, one)));
    assert.deepEqual(open, [], `mend these, or answer them in ${PAGE}`);
    const stale = lines.filter((line) => !found.some((one) => answersTo(line, one)));
    assert.deepEqual(stale, [], `nothing is found any more of these lines; take them out of ${PAGE}`);
  }

  withScanner("checkov", "finds nothing that isn't answered", async () => {
    const file = join(folder, "plan.json");
    await writeFile(file, JSON.stringify(terraformPlan(prod, "values")));
    const args = [
      "-f",
      file,
      "--framework",
      "terraform_plan",
      "--compact",
      "--quiet",
      "--skip-download",
      "-o",
      "json",
    ];
    const { results, summary } = JSON.parse(await output("checkov", args));
    assert.ok(summary.resource_count > 150 && summary.parsing_errors === 0, JSON.stringify(summary));
    const found = results.failed_checks.map(
      ({ check_id, resource }: { check_id: string; resource: string }) => ({
        check: check_id,
        resource: resource.slice(resource.indexOf(".") + 1),
      }),
    );
    allAnswered(found, /^CKV/);
  });

  /** Trivy's findings in a graph, by the checks that it brings: its cache is empty, and it asks nobody for others. */
  async function trivy(graph: Graph): Promise<Finding[]> {
    const file = join(folder, "tfplan.json");
    await writeFile(file, JSON.stringify(terraformPlan(graph, "expressions")));
    const cache = ["--cache-dir", join(folder, "trivy"), "--skip-check-update"];
    const args = ["config", "--format", "json", "--quiet", ...cache, file];
    const { Results = [] } = JSON.parse(await output("trivy", args)) as { Results?: TrivyResult[] };
    const passed = Results.reduce((sum, { MisconfSummary }) => sum + (MisconfSummary?.Successes ?? 0), 0);
    assert.ok(passed > 50, `the plan was not understood: ${JSON.stringify(Results).slice(0, 500)}`);
    return Results.flatMap(({ Misconfigurations = [] }) =>
      Misconfigurations.map(({ ID, CauseMetadata }) => {
        const resource = CauseMetadata.Resource ?? "";
        return { check: ID, resource: resource.slice(resource.indexOf(".") + 1) };
      }),
    );
  }

  withScanner("trivy", "finds nothing that isn't answered", async () => {
    allAnswered(await trivy(prod), /^AVD|^AWS-/);
  });

  withScanner("trivy", "finds a bucket whose block of public access is taken away", async () => {
    const isBlock = ({ name }: { name: string }) => name === "models-files-public-access-block";
    const without = { ...prod, resources: prod.resources.filter((one) => !isBlock(one)) };
    assert.equal(without.resources.length, prod.resources.length - 1);
    const found = await trivy(without);
    assert.ok(found.some((one) => one.check === "AWS-0086" && one.resource === "models_files_bucket"));
    assert.throws(() => allAnswered(found, /^AVD|^AWS-/), /mend these, or answer them/);
  });

  withScanner("parliament", "finds nothing that isn't answered in what roles may do", async () => {
    const documents = iamDocuments(prod);
    assert.ok(documents.length > 10);
    const found: Finding[] = [];
    for (const { name, text } of documents) {
      const lines = (await output("parliament", ["--json", "--string", text])).split("\n").filter(Boolean);
      found.push(...lines.map((line) => ({ check: `parliament ${JSON.parse(line).issue}`, resource: name })));
    }
    allAnswered(found, /^parliament/);
  });
});

interface TrivyResult {
  MisconfSummary?: { Successes: number };
  Misconfigurations?: { ID: string; CauseMetadata: { Resource?: string } }[];
}

function withScanner(program: string, title: string, test: () => Promise<void>): void {
  if (onPath(program)) it(`${program} ${title}`, test);
  else
    it.skip(
      `${program} ${title} (skipped: ${program} is not on the PATH; .ci/run installs what pip has)`,
      test,
    );
}

/** What a scanner prints; one that has findings ends with another status than 0. */
function output(program: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: LIMIT_MS, maxBuffer: 64 * 2 ** 20 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number")
        reject(new Error(`${program}: ${error.message}\n${stderr}`));
      else resolve(stdout);
    });
  });
}

/** The page's lines: `| check | names | answer |`, where `*` in a name stands for anything. */
async function readAnswers(): Promise<Finding[]> {
  const page = await readFile(join(PROJECT, PAGE), "utf8");
  return [...page.matchAll(/^\| `([^`]+)` \| ([^|]+) \| [^|]+ \|$/gm)].flatMap(([, check = "", names = ""]) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, resource = ""]) => ({ check, resource })),
  );
}

function answersTo({ check, resource }: Finding, found: Finding): boolean {
  const pattern = resource.split("*").map((part) => part.replace(/\W/g, "\\$&"));
  return check === found.check && new RegExp(`^${pattern.join(".*")}$`).test(found.resource);
}
