import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const require = createRequire(import.meta.url);

describe("the commands' translation", () => {
  let project: string;
  const cache = () => join(project, "node_modules/.cache");
  const translate = () => require(join(project, "bin/translated.cjs"))("ops/main.ts", "esm") as string;
  /** What the command prints. */
  const run = () => {
    const options = { encoding: "utf8", env: { ...process.env, TRIZONE_DEBUG: "1" } } as const;
    return execFileSync(process.execPath, [join(project, "bin/run.cjs")], { ...options, stdio: "pipe" });
  };
  const write = (file: string, text: string) => writeFileSync(join(project, file), text);
  /** The folders of translations. */
  const made = () =>
    readdirSync(join(cache(), "trizone"), { withFileTypes: true }).filter((one) => one.isDirectory());

  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "trizone-translated-"));
    for (const file of [
      "bin/run.cjs",
      "bin/translated.cjs",
      "bin/translate.mjs",
      "engine/common-js.mjs",
      "tsconfig.json",
    ]) {
      cpSync(join(root, file), join(project, file));
    }
    for (const folder of ["node_modules", "ops"]) mkdirSync(join(project, folder));
    for (const name of ["esbuild", "tsx", "yaml"]) {
      symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name));
    }
    write("package.json", '{ "type": "module" }');
    write(
      "ops/main.ts",
      'import { parse } from "yaml"; const { told } = await import("./told.ts"); console.log(told, parse("1"));',
    );
    write(
      "ops/told.ts",
      'import { basename } from "node:path"; export const told: string = basename(import.meta.dirname);',
    );
  });

  afterEach(() => rmSync(project, { recursive: true, force: true }));

  it("does what the source does, knows where that is, and is made once", () => {
    assert.equal(run(), "ops 1\n");
    assert.equal(run(), "ops 1\n");
    assert.equal(made().length, 1);
    assert.equal(translate(), translate());
  });

  it("is made again when any source has changed", () => {
    run();
    write("ops/told.ts", 'export const told = "another";');
    assert.equal(run(), "another 1\n");
    rmSync(join(project, "ops/told.ts"));
    assert.throws(run, /told\.ts/);
  });

  it("is made again when what is known of it is broken", () => {
    run();
    write("node_modules/.cache/trizone/ops-main-ts.json", '{ "folder"');
    assert.equal(run(), "ops 1\n");
  });

  it("is done without where nothing can be written, and says of a broken source what is wrong with it", () => {
    writeFileSync(cache(), "in the way");
    assert.equal(run(), "ops 1\n");
    write("ops/told.ts", "export const told = ;");
    assert.throws(run, /told\.ts:1:\d+: ERROR: Unexpected ";"/);
  });
});
