import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { docCommands } from "../support/doc-commands.ts";
import type { TestPlatform } from "./platform.ts";
import { shared } from "./shared.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The service of docs/add-a-service.md, which only who follows the page has; and a placeholder. */
const OF_THE_READER = /greeter|api\/hello|<id>/;
const WANTED =
  /^(npx trizone (status|health|diagnose|logs|prescale|token|zone|shift (start|list)|model list)( |$)|curl |api )/;
/** Of `health` and `diagnose` where a zone was made sick by the command before. */
const FINDS_SOMETHING = 3;
/** The shell function of README.md. */
const API = `api() { curl -sf "http://127.0.0.1:8080/api/$1" -H "Authorization: Bearer $(npx trizone token)" \\
  -H "Idempotency-Key: $(node -p 'crypto.randomUUID()')" -H "Content-Type: application/json" \${2:+-d "$2"}; echo; }`;

describe("the commands of the pages, on a platform", function () {
  this.timeout(120_000);
  let platform: TestPlatform;
  let bin: string;

  before(async function () {
    this.timeout(200_000);
    platform = await shared();
    // `npx trizone` without npm's second of start.
    bin = join(platform.state, "bin-of-docs");
    mkdirSync(bin, { recursive: true });
    const npx = `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(root, "bin/trizone.cjs")}" "$@"\n`;
    writeFileSync(join(bin, "npx"), npx);
    chmodSync(join(bin, "npx"), 0o755);
  });
  after(async () => {
    rmSync(bin, { recursive: true, force: true });
    for (const zone of ["a", "b", "c"]) await platform.trizone("zone", "heal", zone);
    await platform.trizone("shift", "cancel", "--all");
  });

  const all = docCommands().filter(
    ({ line, needsAws }) => !needsAws && WANTED.test(line) && !OF_THE_READER.test(line),
  );
  for (const { page, line } of all) {
    it(`do as they are written: ${line} (${page})`, async () => {
      // A page names faults as alternatives, and a zone that was killed takes no other.
      const [, zone] = /^npx trizone zone (?!heal)\w+ (\w)/.exec(line) ?? [];
      if (zone) await platform.trizone("zone", "heal", zone);
      const PATH = [bin, dirname(process.execPath), process.env.PATH].join(delimiter);
      const script = `${API}\n${line}`.replaceAll("http://127.0.0.1:8080", platform.outputs.publicUrl);
      let said = "";
      const code = await new Promise<number>((resolve) => {
        const child = execFile(
          "bash",
          ["-c", script],
          { env: { ...platform.environment, PATH }, timeout: 60_000 },
          (_, __, stderr) => {
            said = stderr;
            resolve(child.exitCode ?? -1);
          },
        );
      });
      const mayFind = /^npx trizone (health|diagnose)/.test(line);
      assert.ok(code === 0 || (mayFind && code === FINDS_SOMETHING), `it ended with ${code}: ${said}`);
    });
  }
});
