import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { TestPlatform } from "./platform.ts";
import { shared } from "./shared.ts";

const entry = fileURLToPath(new URL("../../bin/trizone.cjs", import.meta.url));

/** Mebibytes of the supervisor, once all has started: 150 here, of which 60 are Node's own program. */
const SUPERVISOR_MIB = 220;

/** What a command that must fail printed on standard error, and how it exited. */
async function failure(
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number; stderr: string }> {
  const ran = promisify(execFile)(process.execPath, [entry, ...args], {
    env: { ...process.env, ...env },
    timeout: 30_000,
  });
  return ran.then(
    ({ stdout }) => assert.fail(`it succeeded: ${stdout}`),
    ({ code, stderr }) => ({ code, stderr }),
  );
}

describe("the platform's life", () => {
  let platform: TestPlatform;

  beforeEach(() => {
    platform = new TestPlatform();
  });

  afterEach(async function () {
    this.timeout(30_000);
    await platform.dispose();
  });

  it("ends on Ctrl-C within 15 s with status 0 and no process left, and starts again", async function () {
    this.timeout(240_000);
    const running = await shared();
    const begun = Date.now();
    assert.equal(await running.interrupt(), 0, running.log);
    assert.ok(Date.now() - begun < 15_000);
    assert.deepEqual(await running.leftovers(), []);
    assert.equal(existsSync(join(running.state, "run.json")), false);
    await running.up();
    const second = await failure(["up", "--port", "0"], { TRIZONE_STATE: running.state });
    assert.match(second.stderr, /^trizone: Trizone already runs in this folder \(process \d+, stack dev\)/);
    assert.equal(second.code, 1);
  });

  it("keeps little of the memory that its start took", async function () {
    this.timeout(40_000);
    const running = await shared();
    const file = `/proc/${running.pid}/status`;
    if (!existsSync(file)) {
      console.log("      skipped: this system has no /proc");
      this.skip();
    }
    const mebibytesNow = () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(file, "utf8"))?.[1]) / 1024;
    // It was started again by the test before, and gives it back once it has said that it is ready.
    const deadline = Date.now() + 30_000;
    let mebibytes = mebibytesNow();
    while (mebibytes > SUPERVISOR_MIB && Date.now() < deadline) {
      await sleep(100);
      mebibytes = mebibytesNow();
    }
    console.log(`      the supervisor takes ${Math.round(mebibytes)} MiB`);
    assert.ok(mebibytes <= SUPERVISOR_MIB, `${mebibytes} MiB`);
  });

  it("ends on Ctrl-C while it starts", async function () {
    this.timeout(60_000);
    const starting = platform.up().then(
      () => assert.fail("it became ready"),
      () => undefined,
    );
    await platform.printed(/Start/);
    assert.equal(await platform.interrupt(), 0, platform.log);
    await starting;
    assert.deepEqual(await platform.leftovers(), []);
  });

  it("says which port is in use, and starts nothing", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as { port: number };
    const { stderr } = await failure(["up", "--port", String(port)], { TRIZONE_STATE: platform.state });
    taken.close();
    assert.match(stderr, new RegExp(`^trizone: port ${port} is in use; .*--port\n$`));
    assert.deepEqual(await platform.leftovers(), []);
  });

  it("says that the data folder can't be used", async () => {
    const folder = mkdtempSync(join(tmpdir(), "trizone-test-"));
    const file = join(folder, "file");
    writeFileSync(file, "");
    const { stderr } = await failure(["up", "--port", "0"], { TRIZONE_STATE: join(file, "state") });
    assert.match(stderr, /^trizone: the data folder .* can't be used \(ENOTDIR/);
    rmSync(folder, { recursive: true });
    if (process.getuid?.() === 0) return;
    chmodSync(platform.state, 0o000);
    const unreadable = await failure(["up", "--port", "0"], { TRIZONE_STATE: platform.state });
    chmodSync(platform.state, 0o700);
    assert.match(unreadable.stderr, /^trizone: the data folder .* can't be used \(EACCES/);
  });

  it("names the property of a stack file that has a wrong type", async () => {
    const { stderr, code } = await failure(["plan", "--set", "trizone:replicas=many"], {});
    assert.match(stderr, /replicas/);
    assert.equal(code, 1);
  });

  it("lists its options for a flag that it doesn't know", async () => {
    const { stderr } = await failure(["up", "--prot", "1"], { TRIZONE_STATE: platform.state });
    assert.match(stderr, /unknown option '--prot'/);
    assert.match(stderr, /--port/);
  });
});
