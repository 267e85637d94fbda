import assert from "node:assert/strict";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluate, readStackConfig } from "../../engine/index.ts";
import { programFolder, testProvider } from "../engine/support.ts";
import { missingCli, runCli } from "./cli.ts";
import { differences } from "./compare.ts";
import { fromPreview } from "./engine-graph.ts";
import { failed, succeeded } from "./suite.ts";
import { cliEnvironment, installPlugin, PROJECT } from "./workspace.ts";

/**
 * Programs that both take, of test/engine/programs, and their config. Not `transforms`, which has two of the stack's: the
 * real engine takes them in either order.
 */
const accepted: Record<string, string[]> = {
  assets: [],
  commonjs: ["size: 3", "list: [1, 2]"],
  compiled: [],
  dependencies: [],
  dynamic: [],
  inherited: [],
  manifest: [],
  mixed: [],
  options: [],
  settings: [],
};

/** Programs that both refuse, and what both say. */
const refused: { program: string; main?: string; says: string }[] = [
  {
    ...{ program: "refused", main: "types.ts" },
    says: "types.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.",
  },
  { program: "refused", main: "syntax.ts", says: "syntax.ts(3,38): error TS1005: ')' expected." },
  { program: "refused", main: "paths.ts", says: "Cannot find module '@parts/sizes'" },
  { program: "refused", main: "dynamic-import.ts", says: "parts/sizes.js' imported from" },
  {
    ...{ program: "refused", main: "no-file.ts" },
    says: 'failed to compute asset hash for "source": failed to open asset file \'',
  },
];

const missing = missingCli();
const title = "the programs of test/engine, under the real engine";

(missing ? describe.skip : describe)(missing ? `${title} (skipped: ${missing})` : title, function () {
  this.timeout(300_000);
  let root = "";
  before(async () => {
    root = mkdtempSync(join(tmpdir(), "trizone-programs-"));
    for (const folder of ["home", "state", "plugins"]) mkdirSync(join(root, folder));
    // Programs without a package.json of their own are ES modules by this one, here as there.
    copyFileSync(join(PROJECT, "package.json"), join(root, "package.json"));
    symlinkSync(join(PROJECT, "node_modules"), join(root, "node_modules"));
    await installPlugin(join(root, "plugins"), "echo-provider.ts", ["test", "pulumi-nodejs"]);
  });
  after(() => rmSync(root, { recursive: true }));

  /** A copy of a program with a stack `dev`, for both. */
  async function prepare(program: string, name: string, config: string[], main?: string): Promise<string> {
    const directory = join(root, name);
    cpSync(programFolder(program), directory, { recursive: true });
    const lines = config.map((line) => `  ${program}:${line}\n`).join("");
    writeFileSync(join(directory, "Pulumi.dev.yaml"), `config:${lines ? `\n${lines}` : " {}\n"}`);
    if (main)
      writeFileSync(join(directory, "Pulumi.yaml"), `name: ${name}\nmain: ${main}\nruntime: nodejs\n`);
    await succeeded(runCli(["stack", "init", "dev"], directory, cliEnvironment(root)));
    return directory;
  }

  const preview = (directory: string) =>
    runCli(["preview", "--stack", "dev", "--json"], directory, cliEnvironment(root));

  /** A preview of nothing that exists: the provider knows no ids. */
  async function offline(directory: string) {
    const provider = testProvider({
      create: async () => ({ outputs: {} }),
      read: async () => ({ outputs: {} }),
      invoke: async (_token, args) => args,
    });
    const settings = await readStackConfig(directory, "dev");
    return evaluate({ ...settings, directory, stack: "dev", provider, dryRun: true });
  }

  for (const [program, config] of Object.entries(accepted)) {
    it(`${program} makes the same graph`, async () => {
      const directory = await prepare(program, program, config);
      const real = fromPreview(await succeeded(preview(directory)));
      assert.ok(real.resources.length > 0);
      assert.deepEqual(differences(await offline(directory), real), []);
    });
  }

  for (const { program, main, says } of refused) {
    it(`${program}/${main} fails with the same words`, async () => {
      const directory = await prepare(program, `${program}-${main?.replace(".ts", "")}`, [], main);
      const { stdout, stderr } = await failed(preview(directory));
      assert.ok(`${stdout}${stderr}`.replaceAll('\\"', '"').includes(says), `${stdout}${stderr}`);
      await assert.rejects(offline(directory), (error: Error) => error.message.includes(says));
    });
  }
});
