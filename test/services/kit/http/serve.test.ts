import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageOf, type RunningPod, startPod } from "../../../support/pod.ts";

describe("every pod", () => {
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
  after(async () => {
    await pod.stop();
    await rm(directory, { recursive: true });
  });

  const chaos = (method: string, body?: unknown) =>
    fetch(`${pod.admin}/chaos`, {
      method,
      ...(body !== undefined && {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
  /** Sends raw bytes and returns all that comes back. */
  const raw = async (bytes: string) => {
    const { hostname, port } = new URL(pod.url);
    const socket = connect(Number(port), hostname);
    socket.write(bytes);
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    await once(socket, "close");
    return text;
  };

  it("takes on its admin port nothing that a web page makes a browser send", async () => {
    const { port } = new URL(pod.admin);
    const send = (headers: Record<string, string>, method = "POST", path = "/chaos/faults") =>
      new Promise<number>((resolve, reject) => {
        const outgoing = request({ host: "127.0.0.1", port, method, path, headers }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        });
        outgoing.on("error", reject).end(method === "GET" ? undefined : '{"errorShare":1}');
      });
    const type = { "content-type": "application/json" };
    assert.equal(await send({ "content-type": "text/plain" }), 415);
    assert.equal(await send({}), 415, "a body without a type");
    assert.equal(await send({ ...type, origin: "http://example.com" }), 403);
    assert.equal(await send({ ...type, origin: "null" }), 403);
    assert.equal(await send({ "sec-fetch-site": "cross-site" }, "GET", "/metrics"), 403);
    for (const host of [
      "example.com",
      `rebound.example:${port}`,
      "127.0.0.1.example.com",
      "10.0.0.1.nip.io",
    ]) {
      assert.equal(await send({ host }, "GET", "/metrics"), 421, host);
      assert.equal(await send({ ...type, host }), 421, host);
    }
    for (const host of [
      "localhost:1",
      "10.1.2.3:9090",
      "[::1]:9090",
      "trading.trizone.svc.cluster.local:9090",
    ])
      assert.equal(await send({ host }, "GET", "/livez"), 200, host);
    assert.equal(await send({ "sec-fetch-site": "none" }, "GET", "/livez"), 200, "typed into a browser");
    assert.equal((await fetch(`${pod.admin}/chaos`)).status, 200);
    assert.deepEqual(await (await fetch(`${pod.admin}/chaos/faults`)).json(), { items: [] });
  });

  it("lists everything that is wrong with its environment, and exits 1", async () => {
    const child = spawn(process.execPath, [join(await imageOf("gateway"), "main.js")], {
      env: { SERVICE: "gateway", ZONE: "a", HTTP_PORT: "many", ISSUER: "nowhere" },
    });
    let text = "";
    child.stderr.on("data", (chunk) => {
      text += chunk;
    });
    const [code] = await once(child, "close");
    assert.equal(code, 1);
    for (const name of ["POD_NAME", "HTTP_PORT", "ISSUER", "CLIENT_ID", "TRADING_URL"])
      assert.ok(text.includes(name), name);
  });

  it("answers its probes, each with x-zone", async () => {
    for (const path of ["/livez", "/readyz", "/startupz", "/metrics"]) {
      const response = await fetch(`${pod.admin}${path}`);
      assert.equal(response.status, 200, path);
      assert.equal(response.headers.get("x-zone"), "a");
    }
    assert.equal((await fetch(`${pod.url}/livez.txt`)).status, 404, "probes are not on the business port");
  });

  it("counts and times requests by route, method, status and zone", async () => {
    await fetch(`${pod.url}/config.json`);
    await fetch(`${pod.url}/api/one`);
    await fetch(`${pod.url}/api/two`);
    const text = await (await fetch(`${pod.admin}/metrics`)).text();
    const count = (labels: RegExp) =>
      text.split("\n").find((line) => line.startsWith("http_requests_total") && labels.test(line));
    assert.match(
      count(/config.json/) ?? "",
      /method="GET".*status="200".*service="web".*zone="a".*pod="web-1"/,
    );
    assert.match(count(/route="\/api\/\*".*status="502"/) ?? "", / 2$/);
    assert.match(text, /http_request_duration_seconds_bucket\{/);
  });

  it("injects errors and latency, on some paths, for some time, until healed", async () => {
    const status = async (path: string) => (await fetch(`${pod.url}${path}`)).status;
    assert.equal((await chaos("PUT", { errorShare: 1, route: "/config" })).status, 200);
    assert.equal(await status("/config.json"), 500);
    assert.equal(await status("/"), 200);
    assert.equal((await fetch(`${pod.admin}/readyz`)).status, 200, "probes are spared");
    assert.deepEqual(await (await chaos("GET")).json(), {
      latencyMs: 0,
      jitterMs: 0,
      errorShare: 1,
      route: "/config",
    });

    await chaos("PUT", { latencyMs: 200 });
    const started = performance.now();
    assert.equal(await status("/config.json"), 200);
    assert.ok(performance.now() - started >= 199);

    await chaos("PUT", { errorShare: 0.5 });
    const statuses = await Promise.all(Array.from({ length: 200 }, () => status("/")));
    const failed = statuses.filter((one) => one === 500).length;
    assert.ok(failed > 50 && failed < 150, `${failed} of 200`);

    await chaos("PUT", { errorShare: 1, durationMs: 1 });
    while ((await (await chaos("GET")).json()) !== null);
    assert.equal(await status("/"), 200);

    await chaos("PUT", { errorShare: 1 });
    assert.equal((await chaos("DELETE")).status, 204);
    assert.equal(await status("/"), 200);
  });

  it("refuses faults that make no sense", async () => {
    const bad = [{ errorShare: 2 }, { latencyMs: -1 }, { route: "x" }, { kill: true }, [], null, "1"];
    for (const fault of bad) assert.equal((await chaos("PUT", fault)).status, 422, JSON.stringify(fault));
    const broken = await fetch(`${pod.admin}/chaos`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: "{",
    });
    assert.equal(broken.status, 400);
    assert.equal(await (await chaos("GET")).json(), null);
  });

  it("answers what is not HTTP, too large or nameless with a problem and x-zone", async () => {
    const close = "connection: close\r\n\r\n";
    for (const [bytes, status] of [
      ["nonsense\r\n\r\n", 400],
      [`GET / HTTP/1.1\r\nhost: x\r\nbig: ${"x".repeat(20_000)}\r\n${close}`, 431],
      [`GET / HTTP/1.1\r\n${close}`, 400],
      [`GET / HTTP/1.1\r\nhost: a b\r\n${close}`, 400],
      [`POST /api/x HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n${close}`, 400],
    ] as const) {
      const text = await raw(bytes);
      assert.match(text, new RegExp(`^HTTP/1.1 ${status} `), bytes.slice(0, 60));
      assert.match(text, /x-zone: a/i);
      assert.match(text, /application\/problem\+json/);
    }
    assert.match(
      await raw(`GET / HTTP/1.1\r\nhost: x\r\nexpect: tea\r\n${close}`),
      /^HTTP\/1.1 417 .*x-zone: a/s,
    );
  });
});
