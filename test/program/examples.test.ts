import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a program and tells how it ended. */
function run(
  file: string,
  args: string[],
  cwd: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { cwd, timeout: 90_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    );
  });
}

describe("another project that depends on this one", () => {
  let project: string;

  before(() => {
    project = mkdtempSync(join(tmpdir(), "trizone-example-"));
    cpSync(join(root, "examples"), project, { recursive: true });
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "fees", type: "module" }));
    // As `npm install <folder>` makes it.
    mkdirSync(join(project, "node_modules"));
    symlinkSync(root, join(project, "node_modules/trizone"));
    symlinkSync(join(root, "node_modules/@pulumi"), join(project, "node_modules/@pulumi"));
  });

  after(() => rmSync(project, { recursive: true, force: true }));

  it("adds a service in some forty lines, and judges it by the policy pack", async function () {
    this.timeout(100_000);
    const program = readFileSync(join(project, "add-a-service/index.ts"), "utf8");
    assert.ok(program.split("\n").length <= 50);
    const { code, stdout, stderr } = await run("judge-a-program/judge.ts", ["add-a-service", "dev"], project);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^9 resources, 0 violations by trizone-policies$/m);
  });

  it("is refused a service whose image is named by a tag", async function () {
    this.timeout(100_000);
    const config = join(project, "add-a-service/Pulumi.bad.yaml");
    writeFileSync(config, "config:\n  fees:namespace: trizone\n  fees:image: docker.io/fees:latest\n");
    const { code, stdout } = await run("judge-a-program/judge.ts", ["add-a-service", "bad"], project);
    assert.equal(code, 1, stdout);
    assert.match(stdout, /^mandatory: .*image/m);
  });
});
