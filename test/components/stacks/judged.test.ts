import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runsUnjudged } from "../../../components/stacks/judged.ts";
import { PROJECT } from "../../program/graphs.ts";

const HOST = ["/opt/bin/pulumi-language-nodejs", "-root=.", "127.0.0.1:4000"];

describe("a run without the policy pack", () => {
  it("is known by the arguments of the Pulumi CLI that started the program", () => {
    const cli = (...args: string[]) =>
      runsUnjudged([HOST, ["/usr/local/bin/pulumi", "up", ...args], ["bash"]]);
    assert.equal(cli("-s", "prod"), true);
    assert.equal(cli("--policy-pack", "policies"), false);
    assert.equal(cli("--policy-pack=policies"), false);
    assert.equal(runsUnjudged([["node", "bin/trizone.cjs", "plan"], ["bash"]]), false);
  });

  it("is warned of, and one with the pack isn't", async () => {
    const folder = await mkdtemp(join(tmpdir(), "trizone-judged-"));
    try {
      // Stands in for the CLI: a process of its name that starts the program.
      await symlink(process.execPath, join(folder, "pulumi"));
      const program = join(folder, "program.mjs");
      await writeFile(
        program,
        `import { warnUnjudged } from ${JSON.stringify(join(PROJECT, "components/stacks/judged.ts"))};\nwarnUnjudged();\n`,
      );
      const starter = join(folder, "starter.mjs");
      await writeFile(
        starter,
        `import { spawnSync } from "node:child_process";\nspawnSync(process.execPath, [${JSON.stringify(program)}], { stdio: "inherit" });\n`,
      );
      await chmod(starter, 0o644);
      const said = (...args: string[]) => {
        const { stderr, stdout } = spawnSync(join(folder, "pulumi"), [starter, ...args], {
          encoding: "utf8",
        });
        return stderr + stdout;
      };
      assert.match(said("up"), /no policy pack judges this run.*--policy-pack policies/);
      assert.doesNotMatch(said("up", "--policy-pack", "policies"), /policy pack/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
