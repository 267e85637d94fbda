import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PROJECT } from "../../program/graphs.ts";

const MODEL = fileURLToPath(new URL("../../services/news/models/1.0.0", import.meta.url));

describe("trizone model", function () {
  this.timeout(180_000);
  let root: string;
  let bucket: string;
  const run = (...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const command = [join(PROJECT, "bin/trizone.cjs"), "model", ...args, "--bucket", bucket];
      const child = execFile(process.execPath, command, { timeout: 60_000 }, (_, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      );
    });
  const good = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(...args);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const document = async () => JSON.parse(await readFile(join(bucket, "deployment.json"), "utf8"));

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "trizone-model-"));
    bucket = join(root, "bucket");
    assert.match((await run("list")).stderr, /bucket does not exist: make it/);
    await mkdir(bucket);
    for (const [version, labels] of [["1.1.0"], ["2.0.0", ["bad", "so-so", "good"]]] as const) {
      const folder = join(root, version);
      await cp(MODEL, folder, { recursive: true });
      const path = join(folder, "manifest.json");
      const manifest = JSON.parse(await readFile(path, "utf8"));
      await writeFile(path, JSON.stringify({ ...manifest, version, ...(labels && { labels }) }));
    }
  });
  after(() => rm(root, { recursive: true }));

  it("publishes, promotes and rolls back, and prints what changed", async () => {
    assert.match(await good("publish", MODEL), /^published 1\.0\.0 to file:.*bucket$/m);
    await good("publish", join(root, "1.1.0"));
    assert.match(await good("promote", "1.0.0"), /revision 1:\n {2}current: none -> 1\.0\.0/);
    assert.match(
      await good("promote", "1.1.0"),
      /current: 1\.0\.0 -> 1\.1\.0\n {2}previous: none -> 1\.0\.0/,
    );
    const { before, after } = JSON.parse(await good("rollback", "--json", "--by", "anna"));
    assert.deepEqual([before.current, after.current, after.by], ["1.1.0", "1.0.0", "anna"]);
    assert.deepEqual(await document(), after);
  });

  it("splits, tries and ends", async () => {
    assert.match(await good("split", "1.0.0=80", "1.1.0=20"), /split: none -> 1\.0\.0 80 %, 1\.1\.0 20 %/);
    assert.match((await run("canary", "1.1.0")).stderr, /a split is under way; end it first/);
    await good("split", "--end");
    assert.match(await good("canary", "1.1.0", "--share", "5"), /none -> 1\.1\.0 as canary for 5 %/);
    const table = await good("list");
    assert.match(table, /^1\.1\.0 +previous, canary 5 % +fp32 +0\.2 +negative neutral positive/m);
    assert.match(await good("shadow", "1.1.0"), /canary for 5 % -> 1\.1\.0 as shadow for 10 %/);
    await good("shadow", "--end");
    const { deployment, versions } = JSON.parse(await good("list", "--json"));
    assert.deepEqual(deployment, await document());
    assert.deepEqual(
      versions.map(({ version, role }: { version: string; role: string }) => `${version} ${role}`),
      ["1.0.0 current", "1.1.0 previous"],
    );
  });

  it("refuses what pods would refuse, before anything is written", async () => {
    const before = await document();
    for (const [args, message] of [
      [["promote", "9.9.9"], /has no version 9\.9\.9; it has 1\.0\.0, 1\.1\.0/],
      [
        ["publish", join(root, "2.0.0")],
        /config\.json has the labels negative, neutral, positive, but the manifest/,
      ],
      [["split", "1.0.0=80"], /split/],
      [["canary", "1.1.0", "--share", "60"], /1 to 50/],
      [["canary", "1.0.0"], /nothing to try/],
    ] as const) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 1, args.join(" "));
      assert.match(stderr, message);
    }
    assert.deepEqual(await document(), before);
  });
});
