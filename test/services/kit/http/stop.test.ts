import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningPod, startPod } from "../../../support/pod.ts";
import { startUpstream, type TestUpstream } from "../../../support/upstream.ts";

interface Answer {
  status: number;
  /** Whether the server asked for the connection to be closed. */
  closes: boolean;
}

describe("a pod that is stopped, or whose zone is shifted away", () => {
  let directory: string;
  let upstream: TestUpstream;
  let pod: RunningPod;
  let release: (() => void)[];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "trizone-page-"));
    await writeFile(join(directory, "index.html"), "<!doctype html>");
  });
  beforeEach(async () => {
    release = [];
    upstream = await startUpstream((_request, response) => void release.push(() => response.end("ok")));
  });
  afterEach(async () => {
    await pod.stop();
    await upstream.close();
  });
  after(() => rm(directory, { recursive: true }));

  const start = async (env: Record<string, string> = {}) => {
    const sign = { ISSUER: "https://issuer.example", CLIENT_ID: "page" };
    pod = await startPod("web", { API_URL: upstream.url, PUBLIC_DIRECTORY: directory, ...sign, ...env });
  };
  const call = (path: string, agent: Agent) =>
    new Promise<Answer>((resolve, reject) => {
      request(`${pod.url}${path}`, { agent }, (response) => {
        response.resume().once("end", () => {
          resolve({ status: response.statusCode ?? 0, closes: response.headers.connection === "close" });
        });
      })
        .once("error", reject)
        .end();
    });
  const readiness = async () => (await fetch(`${pod.admin}/readyz`)).status;
  const until = async (what: () => boolean | Promise<boolean>) => {
    const deadline = performance.now() + 5000;
    while (!(await what())) {
      assert.ok(performance.now() < deadline, "it did not come to that");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  it("is not ready at once, answers what it has, and exits 0", async () => {
    await start({ TERMINATION_LAME_DUCK_MS: "300" });
    const agent = new Agent({ keepAlive: true });
    assert.equal(await readiness(), 200);
    assert.equal((await call("/", agent)).closes, false);
    const slow = call("/api/slow", agent);
    await until(() => release.length === 1);
    pod.process.kill("SIGTERM");
    await until(async () => (await readiness()) === 503);
    assert.deepEqual(
      await call("/", agent),
      { status: 200, closes: true },
      "serves on while balancers learn of it",
    );
    await until(() =>
      call("/", new Agent()).then(
        () => false,
        () => true,
      ),
    );
    for (const one of release) one();
    assert.deepEqual(await slow, { status: 200, closes: true });
    assert.equal(await pod.exited, 0);
    agent.destroy();
  });

  it("has busy callers go elsewhere while its zone is shifted away, and keeps them again after", async () => {
    await start();
    const agent = new Agent({ keepAlive: true });
    const tell = async (away: boolean) => {
      const headers = { "content-type": "application/json" };
      const put = { method: "PUT", headers, body: JSON.stringify({ away }) };
      assert.equal((await fetch(`${pod.admin}/zone-shift`, put)).status, 200);
    };
    for (const away of [false, true, false]) {
      await tell(away);
      assert.deepEqual(await call("/", agent), { status: 200, closes: away });
    }
    assert.equal(await readiness(), 200);
    agent.destroy();
  });

  it("fails no request of clients that turn away when it is not ready", async () => {
    await start({ TERMINATION_LAME_DUCK_MS: "300" });
    const agent = new Agent({ keepAlive: true });
    let ready = true;
    let served = 0;
    const clients = Array.from({ length: 8 }, async () => {
      while (ready) {
        assert.equal((await call("/", agent)).status, 200);
        served += 1;
      }
    });
    const probe = until(async () => {
      ready = (await readiness()) === 200;
      return !ready;
    });
    await until(() => served > 100);
    pod.process.kill("SIGTERM");
    await probe;
    await Promise.all(clients);
    assert.equal(await pod.exited, 0);
    agent.destroy();
  });

  it("exits within its grace period also when a request never ends", async () => {
    await start({ TERMINATION_GRACE_MS: "3000" });
    const agent = new Agent();
    const stuck = call("/api/stuck", agent);
    stuck.catch(() => undefined);
    await until(() => release.length === 1);
    const started = performance.now();
    pod.process.kill("SIGTERM");
    assert.equal(await pod.exited, 0);
    assert.ok(performance.now() - started < 3000);
    await assert.rejects(stuck);
  });

  it("is quick when it has nothing to do", async () => {
    await start({ TERMINATION_LAME_DUCK_MS: "100" });
    const started = performance.now();
    assert.equal(await pod.stop(), 0);
    assert.ok(performance.now() - started < 1000);
  });
});
