import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { TestPlatform } from "./platform.ts";
import { shared } from "./shared.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "docs/runbooks");
/** Of `diagnose` where something is the matter, as a zone that was shifted away by hand may be. */
const FINDS_SOMETHING = 3;

/** The commands of a page's code blocks, without their comments. */
function commandsOf(page: string): string[][] {
  const blocks = readFileSync(join(folder, page), "utf8")
    .split("```")
    .filter((_, index) => index % 2 === 1);
  return blocks
    .flatMap((block) => block.trim().split("\n"))
    .map((line) => {
      const [, text = ""] = /^npx trizone (.*?)(?:\s+#.*)?$/.exec(line) ?? [];
      assert.notEqual(text, "", `${page} has a line that is no trizone command: ${line}`);
      return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
    });
}

describe("a runbook", () => {
  let platform: TestPlatform;

  before(async function () {
    this.timeout(150_000);
    platform = await shared();
  });

  for (const page of readdirSync(folder)) {
    it(`has commands that do as they are written (${page})`, async function () {
      this.timeout(120_000);
      const commands = commandsOf(page);
      assert.ok(commands.length > 0);
      for (const args of commands) {
        const run = promisify(execFile)(process.execPath, [join(root, "bin/trizone.cjs"), ...args], {
          ...{ env: platform.environment, timeout: 60_000 },
        });
        const code = await run.then(
          () => 0,
          (error: { code?: number; stderr?: string }) => {
            if (error.code === FINDS_SOMETHING && args[0] === "diagnose") return 0;
            throw new Error(`npx trizone ${args.join(" ")}: ${error.stderr}`);
          },
        );
        assert.equal(code, 0);
      }
    });
  }
});
