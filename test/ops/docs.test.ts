import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { codeSpans, docCommands, docPages, trizoneArgs } from "../support/doc-commands.ts";
import { CommandFixture, root } from "./command-fixture.ts";

/** Commands that need no platform: run here, as they are written. */
const RUN_HERE = [
  /^npx trizone (--version|completion|capacity plan|drill list)/,
  /^node examples\/judge-a-program/,
];

/** Commands that `test/platform/docs.test.ts` runs on a platform, as they are written. */
const ON_PLATFORM =
  /^npx trizone (status|health|diagnose|logs|prescale|token|zone|shift (start|list)|model list)( |$)/;

/** What another test runs: the beginning of a command, that test, and words of it that show so. */
const ELSEWHERE: [command: RegExp, test: string, words: string][] = [
  [/^npm start/, "test/platform/lifecycle.test.ts", "up("],
  [/^npm test/, "test/all.ts", "mocha"],
  [/^npx mocha/, "test/all.ts", "mocha"],
  [/^npx biome/, ".ci/run", "biome ci"],
  [/^npm run types/, ".ci/run", "tsc --noEmit"],
  [/^npm run (plan|graphs:update)/, "test/ops/commands/plan.test.ts", "plan"],
  [/^npx trizone compliance/, "test/ops/compliance.test.ts", "compliance"],
  [/^npx trizone (backup|restore|down)/, "test/ops/backup.test.ts", "restore"],
  [/^npx trizone drill (all|gray-errors|market-open)/, "test/ops/drill/report.test.ts", "drill"],
  [/^npx trizone load-test/, "test/ops/commands/load-test.test.ts", "load-test"],
  [/^npx trizone pipeline/, "test/ops/pipeline/local.test.ts", "pipeline"],
  [/^npx trizone check-cluster/, "test/ops/commands/check-cluster.test.ts", "check-cluster"],
  [/^npx trizone reconcile-order/, "test/services/trading/admin/order-report.test.ts", "reconcile-order"],
  [/^(api|curl)[ (]/, "test/platform/docs.test.ts", "curl"],
];

describe("the commands of the pages", function () {
  this.timeout(300_000);
  const all = docCommands();

  it("are each run by a test, or say that they need AWS", () => {
    assert.ok(all.length > 60, `only ${all.length} were found`);
    const unknown = all
      .filter(({ needsAws }) => !needsAws)
      .filter(
        ({ line }) =>
          ![...RUN_HERE, ON_PLATFORM].some((one) => one.test(line)) &&
          !ELSEWHERE.some(([one]) => one.test(line)),
      );
    assert.deepEqual(unknown, []);
    for (const [command, test, words] of ELSEWHERE) {
      assert.ok(existsSync(join(root, test)), test);
      assert.ok(readFileSync(join(root, test), "utf8").includes(words), `${test} runs no ${command}`);
    }
  });

  it("are known to the command with the options that they are written with", async () => {
    using fixture = new CommandFixture();
    const groups = new Map<string, Set<string>>();
    // Also those that a sentence or a table names.
    const named = docPages("decisions", "runbooks")
      .flatMap(codeSpans)
      .filter((span) => /^(?:npx )?trizone [a-z-]+(?: |$)/.test(span))
      .map((span) => span.replace(/^trizone/, "npx trizone"));
    assert.ok(named.length > 20, `only ${named.length} were found in sentences`);
    for (const line of [...all.map(({ line }) => line), ...named]) {
      const args = trizoneArgs(line)?.filter((one) => !one.startsWith("-V") && one !== "--version") ?? [];
      const [name = "", sub = ""] = args;
      if (name === "" || name.startsWith("-")) continue;
      const isGroup = ["zone", "shift", "capacity", "model", "database", "pipeline"].includes(name);
      const key = isGroup ? `${name} ${sub}` : name;
      const options = args.filter((one) => one.startsWith("--"));
      groups.set(key, new Set([...(groups.get(key) ?? []), ...options]));
    }
    for (const [key, options] of groups) {
      const { code, stdout, stderr } = await fixture.run([...key.split(" "), "--help"]);
      assert.equal(code, 0, `npx trizone ${key}: ${stderr}`);
      assert.match(stdout, new RegExp(`^Usage: trizone ${key}`), `there is no npx trizone ${key}`);
      for (const option of options) assert.ok(stdout.includes(option), `npx trizone ${key} has no ${option}`);
    }
  });

  for (const { page, line } of all.filter(({ line }) => RUN_HERE.some((one) => one.test(line)))) {
    it(`run as they are written: ${line} (${page})`, async () => {
      using fixture = new CommandFixture();
      const args = trizoneArgs(line);
      if (args) {
        const { code, stderr } = await fixture.run(args, { cwd: root });
        assert.equal(code, 0, stderr);
        return;
      }
      const { execFileSync } = await import("node:child_process");
      const [, ...rest] = line.split(" ");
      const said = execFileSync(process.execPath, rest, { cwd: root, timeout: 240_000, encoding: "utf8" });
      assert.notEqual(said.trim(), "");
    });
  }
});
