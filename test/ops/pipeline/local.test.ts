import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { takePort } from "../../../local/free-ports.ts";
import { PipelineState } from "../../../ops/pipeline/state.ts";

/** Milliseconds in which the processes of a killed pipeline are gone; PostgreSQL ends in order. */
const GONE_MS = 60_000;

const onLinux = process.platform === "linux" ? describe : describe.skip;
onLinux("a pipeline on this machine (skipped elsewhere: /proc says what is left)", function () {
  this.timeout(400_000);
  let directory: string;
  let port: number;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "trizone-local-"));
    port = await takePort();
  });
  afterEach(async () => {
    assert.deepEqual(await processesLeft(directory), []);
    await rm(directory, { recursive: true, force: true });
  });

  function start(...more: string[]): ChildProcess & { lines: string[] } {
    const args = [
      "--cluster",
      "local",
      "--dir",
      directory,
      "--port",
      `${port}`,
      "--rate",
      "20",
      "--duration",
      "4",
    ];
    const child = spawn(process.execPath, ["bin/trizone.cjs", "pipeline", "run", ...args, ...more], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
    return Object.assign(child, { lines });
  }

  /** Until the pipeline has written a line that begins so. */
  async function until(child: ReturnType<typeof start>, text: string): Promise<void> {
    while (!child.lines.some((line) => line.startsWith(text))) {
      assert.equal(child.exitCode, null, child.lines.join("\n"));
      await sleep(20);
    }
  }

  const state = async () =>
    PipelineState.parse(JSON.parse(await readFile(join(directory, "state.json"), "utf8")));
  const report = () => readFile(join(directory, "report.md"), "utf8");

  it("passes from nothing in less than three minutes, and reports", async () => {
    const begun = performance.now();
    const child = start("--fail-if", "errors>10%");
    const [code] = await once(child, "close");
    assert.equal(code, 0, child.lines.join("\n"));
    const seconds = (performance.now() - begun) / 1000;
    const [busy = 0] = loadavg();
    // What others compute on the machine at the same time is none of the pipeline's.
    if (busy < 4 * availableParallelism()) assert.ok(seconds < 180, `${seconds} s`);
    else
      console.log(
        `      took ${seconds.toFixed(0)} s; not judged on a machine with ${busy.toFixed(0)} processes at work`,
      );
    assert.equal((await state()).outcome, "passed");
    const text = await report();
    assert.match(text, /\| foo\.localhost \| \d+ \|/);
    assert.match(text, /\| bar \| 3 \| \d/);
    assert.equal(existsSync(join(directory, "platform")), false);
  });

  it("says that the port is in use, and still reports", async () => {
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    try {
      const child = start();
      const [code] = await once(child, "close");
      assert.equal(code, 3, child.lines.join("\n"));
      assert.match(
        (await state()).steps.create.error?.message ?? "",
        new RegExp(`port ${port} .* is in use`),
      );
      assert.match(await report(), /is in use/);
    } finally {
      server.close();
    }
  });

  for (const step of process.env.ALL_STEPS
    ? ["create", "build", "deploy", "… Start the pods", "check", "load-test", "destroy"]
    : ["build", "… Start the pods"]) {
    it(`leaves no process when it is killed during "${step}"`, async () => {
      const child = start();
      await until(child, step.startsWith("…") ? step : `… ${step}`);
      child.kill("SIGKILL");
      await once(child, "close");
    });
  }

  it("destroys the platform when it is interrupted during the load, reports, and ends with 130", async () => {
    const child = start("--duration", "60");
    await until(child, "… load-test");
    await until(child, "  1 s");
    child.kill("SIGINT");
    const [code] = await once(child, "close");
    assert.equal(code, 130, child.lines.join("\n"));
    const { outcome, steps } = await state();
    assert.deepEqual([outcome, steps.destroy.status], ["interrupted", "passed"]);
    assert.match(await report(), /stopped before its end/);
  });
});

/** Command lines of processes that work in a folder or for it, once they have had their time to end. */
async function processesLeft(folder: string): Promise<string[]> {
  const end = Date.now() + GONE_MS;
  for (;;) {
    const left = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .flatMap((pid) => {
        try {
          const [line, environment] = ["cmdline", "environ"].map((name) =>
            readFileSync(`/proc/${pid}/${name}`, "utf8"),
          );
          return line && `${line}${environment}`.includes(folder) ? [line.replaceAll("\0", " ").trim()] : [];
        } catch {
          // It has ended, or is another user's.
          return [];
        }
      });
    if (left.length === 0 || Date.now() > end) return left;
    await sleep(200);
  }
}
