import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningPod, startPod } from "../../../support/pod.ts";

describe("faults, several at once", () => {
  let pod: RunningPod;
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "trizone-page-"));
    await writeFile(join(directory, "index.html"), "<!doctype html>");
    pod = await startPod("web", {
      API_URL: "http://127.0.0.1:9",
      ISSUER: "https://issuer.example",
      CLIENT_ID: "page",
      PUBLIC_DIRECTORY: directory,
    });
  });
  afterEach(async () => assert.equal((await fetch(`${pod.admin}/chaos`, { method: "DELETE" })).status, 204));
  after(async () => {
    await pod.stop();
    await rm(directory, { recursive: true });
  });

  const add = async (fault: unknown) => {
    const response = await fetch(`${pod.admin}/chaos/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fault),
    });
    assert.equal(response.status, 201);
    return ((await response.json()) as { id: number }).id;
  };
  const list = async () =>
    ((await (await fetch(`${pod.admin}/chaos/faults`)).json()) as { items: { id: number }[] }).items;
  const status = async (path: string) => (await fetch(`${pod.url}${path}`)).status;
  const metric = async (name: string) => {
    const text = await (await fetch(`${pod.admin}/metrics`)).text();
    return Number(new RegExp(`^${name}\\{[^}]*\\} (.+)$`, "m").exec(text)?.[1]);
  };

  it("are kept apart by route and ended one by one", async () => {
    const one = await add({ errorShare: 1, route: "/config" });
    const other = await add({ errorShare: 1, route: "/api" });
    assert.deepEqual(
      (await list()).map(({ id }) => id),
      [one, other],
    );
    assert.deepEqual(
      [await status("/config.json"), await status("/api/x"), await status("/")],
      [500, 500, 200],
    );
    const remove = () => fetch(`${pod.admin}/chaos/faults/${one}`, { method: "DELETE" });
    assert.equal((await remove()).status, 204);
    assert.equal((await remove()).status, 404);
    assert.deepEqual([await status("/config.json"), await status("/api/x")], [200, 500]);
  });

  it("hold requests that hang until the client has had enough, or the pod", async () => {
    await add({ hangShare: 1, route: "/config" });
    const signal = AbortSignal.timeout(200);
    await assert.rejects(fetch(`${pod.url}/config.json`, { signal }), { name: "TimeoutError" });
    assert.equal(await status("/"), 200);
    assert.equal((await fetch(`${pod.admin}/readyz`)).status, 200);
  });

  it("hold memory, and let go of it", async () => {
    const before = await metric("process_resident_memory_bytes");
    const id = await add({ memoryMb: 100 });
    assert.ok((await metric("process_resident_memory_bytes")) - before > 90 * 1024 * 1024);
    await fetch(`${pod.admin}/chaos/faults/${id}`, { method: "DELETE" });
    assert.deepEqual(await list(), []);
  });

  it("burn a share of a core for as long as they are told", async () => {
    const before = await metric("process_cpu_seconds_total");
    await add({ cpuShare: 0.5, durationMs: 600 });
    while ((await list()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const spent = (await metric("process_cpu_seconds_total")) - before;
    assert.ok(spent > 0.15, `${spent} s`);
    assert.equal(await status("/"), 200);
  });

  it("are not more than a pod can hold", async () => {
    for (let i = 0; i < 16; i += 1) await add({ latencyMs: 1 });
    const response = await fetch(`${pod.admin}/chaos/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    assert.equal(response.status, 409);
  });
});
