import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLIENT_ID, startIssuer, type TestIssuer } from "../../../support/issuer.ts";
import { type RunningPod, startPod } from "../../../support/pod.ts";
import { startUpstream, type TestUpstream } from "../../../support/upstream.ts";

const CLOSE = "connection: close\r\n\r\n";

describe("how a request is written", () => {
  let issuer: TestIssuer;
  let service: TestUpstream;
  let gateway: RunningPod;
  let web: RunningPod;
  let directory: string;
  let bearer: string;
  const seen: string[] = [];
  let held = 0;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "trizone-page-"));
    await writeFile(join(directory, "index.html"), "<!doctype html>");
    issuer = await startIssuer();
    bearer = `authorization: Bearer ${await issuer.token()}\r\n`;
    service = await startUpstream((request, response) => {
      if (request.url?.endsWith("/held")) {
        held += 1;
        if (held === 4) service.server.emit("held");
        return;
      }
      seen.push(`${request.method} ${request.url}`);
      request.resume().on("end", () => response.end("passed on"));
    });
    service.server.on("upgrade", (request, socket) => {
      seen.push(`upgrade ${request.url}`);
      socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    });
    const sign = { ISSUER: issuer.url, CLIENT_ID };
    gateway = await startPod("gateway", { ...sign, TRADING_URL: service.url, MARKET_DATA_URL: service.url });
    web = await startPod("web", { ...sign, API_URL: gateway.url, PUBLIC_DIRECTORY: directory });
  });
  after(async () => {
    await Promise.all([web, gateway].map((pod) => pod.stop()));
    await Promise.all([service.close(), issuer.close(), rm(directory, { recursive: true })]);
  });

  /** Sends raw bytes and returns all that comes back. */
  const raw = async (pod: RunningPod, bytes: string) => {
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
  const statusOf = async (pod: RunningPod, bytes: string) => (await raw(pod, bytes)).slice(9, 12);
  const metric = async (pod: RunningPod, name: string) => {
    const text = await (await fetch(`${pod.admin}/metrics`)).text();
    return Number(new RegExp(`^${name}\\{.*\\} (\\d+)$`, "m").exec(text)?.[1]);
  };

  it("has one path for all who judge it, however it is escaped or dotted", async () => {
    seen.length = 0;
    for (const target of [
      "/api/orders/x/../a%20b?y=../%2e%2e",
      "/internal/../api/orders/a%20b?y=../%2e%2e",
      "/internal/%2E%2e/api/./orders/a%20b?y=../%2e%2e",
      "http://elsewhere/api/orders/a%20b?y=../%2e%2e",
    ])
      assert.match(
        await raw(web, `GET ${target} HTTP/1.1\r\nhost: x\r\n${bearer}${CLOSE}`),
        /passed on/,
        target,
      );
    assert.deepEqual([...new Set(seen)], ["GET /api/orders/a%20b?y=../%2e%2e"]);
    for (const target of ["/api/%6frders", "/%61pi/orders", "/api/orders/../../internal/x", "/internal/x"])
      assert.equal(
        await statusOf(gateway, `GET ${target} HTTP/1.1\r\nhost: x\r\n${bearer}${CLOSE}`),
        "404",
        target,
      );
    for (const target of ["/api\\orders", "/api/orders#x", "*", "http://", "api"])
      assert.equal(
        await statusOf(gateway, `GET ${target} HTTP/1.1\r\nhost: x\r\n${bearer}${CLOSE}`),
        "400",
        target,
      );
  });

  it("doesn't lead around admission control", async () => {
    const { hostname, port } = new URL(gateway.url);
    const targets = ["/api", "/internal/../api", "/internal/%2e%2e/api", "http://x/internal/../api"];
    const sockets = targets.map(() => connect(Number(port), hostname));
    const arrived = once(service.server, "held");
    for (const [i, socket] of sockets.entries())
      socket.write(`GET ${targets[i]}/orders/held HTTP/1.1\r\nhost: x\r\n${bearer}\r\n`);
    await arrived;
    assert.equal(await metric(gateway, "http_requests_in_flight"), targets.length);
    for (const socket of sockets) socket.destroy();
  });

  it("leads an upgrade nowhere else than a request", async () => {
    seen.length = 0;
    const upgrade = `connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nhost: x\r\n${bearer}\r\n`;
    for (const target of [
      "/ws/../api/orders",
      "/ws/quotes/../../internal/x",
      "/ws/quotes/..",
      "/ws/%2e%2e/x",
    ])
      for (const pod of [web, gateway])
        assert.equal(await statusOf(pod, `GET ${target} HTTP/1.1\r\n${upgrade}`), "404", target);
    assert.deepEqual(seen, []);
    assert.equal(await statusOf(web, `GET /x/../ws/quotes?y HTTP/1.1\r\n${upgrade}`), "404");
    assert.deepEqual(seen, ["upgrade /ws/quotes?y"]);
  });

  it("may ask for another protocol, and is answered in this one", async () => {
    for (const protocol of ["h2c", "TLS/1.0", "h2c, websocket"]) {
      const headers = `host: x\r\nconnection: upgrade, http2-settings\r\nupgrade: ${protocol}\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n`;
      for (const pod of [web, gateway]) {
        const { hostname, port } = new URL(pod.url);
        const socket = connect(Number(port), hostname);
        socket.write(`POST /api/orders HTTP/1.1\r\n${headers}${bearer}content-length: 2\r\n\r\n{}`);
        const [answer] = await once(socket, "data");
        assert.match(String(answer), /^HTTP\/1\.1 200 .*passed on$/s, protocol);
        socket.destroy();
      }
    }
  });

  it("has one line of each header that everyone must read alike", async () => {
    const twice = (line: string) => `POST /api/orders HTTP/1.1\r\n${line}\r\n${line}\r\n`;
    for (const line of ["host: x", "Host: y", "HOST:"])
      for (const pod of [web, gateway])
        assert.equal(await statusOf(pod, `${twice(line)}${bearer}${CLOSE}`), "400");
    for (const line of [
      bearer.trim(),
      "content-type: application/json",
      "Idempotency-Key: k",
      "x-user-id: a",
    ])
      assert.equal(await statusOf(web, `${twice(line)}host: x\r\n${CLOSE}`), "400", line);
    for (const host of ["a b", "a/b", "user@x", "x:y", "[::1", ""])
      assert.equal(await statusOf(web, `GET / HTTP/1.1\r\nhost: ${host}\r\n${CLOSE}`), "400", host);
    for (const host of ["x", "x:80", "127.0.0.1:8080", "[::1]:80", "a.example"])
      assert.equal(await statusOf(web, `GET / HTTP/1.1\r\nhost: ${host}\r\n${CLOSE}`), "200", host);
  });

  for (const chunked of [true, false]) {
    it(`may have too large a body, and its client reads why (${chunked ? "chunked" : "of known length"})`, async () => {
      const { hostname, port } = new URL(web.url);
      const socket = connect(Number(port), hostname);
      let answer = "";
      socket.on("data", (chunk) => {
        answer += chunk;
      });
      const parts = 200;
      const part = Buffer.alloc(100_000, "x");
      const framing = chunked ? "transfer-encoding: chunked" : `content-length: ${parts * part.length}`;
      socket.write(
        `POST /api/orders HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${framing}\r\n\r\n`,
      );
      const frame = (bytes: Buffer) =>
        chunked
          ? Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")])
          : bytes;
      for (let i = 0; i < parts; i += 1) if (!socket.write(frame(part))) await once(socket, "drain");
      if (chunked) socket.write("0\r\n\r\n");
      // The connection goes on: another request is answered on it.
      socket.write(`GET /config.json HTTP/1.1\r\nhost: x\r\n${CLOSE}`);
      await once(socket, "close");
      assert.match(answer, /^HTTP\/1\.1 413 .*application\/problem\+json.*HTTP\/1\.1 200 /s);
    });
  }

  it("is refused before its large body is sent, where the client waits for that", async () => {
    const head = "POST /api/orders HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: ";
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    socket.write(`${head}20000000\r\n\r\n`);
    assert.match(String((await once(socket, "data"))[0]), /^HTTP\/1\.1 413 /);
    socket.destroy();
    const other = connect(Number(port), hostname);
    other.write(`${head}2\r\n${bearer}\r\n`);
    assert.match(String((await once(other, "data"))[0]), /^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    other.write("{}");
    assert.match(String((await once(other, "data"))[0]), /^HTTP\/1\.1 200 /);
    other.destroy();
  });

  it("holds no place among those under way until its body is there", async () => {
    const { hostname, port } = new URL(gateway.url);
    const sockets = Array.from({ length: 20 }, () => connect(Number(port), hostname));
    const part = `POST /api/orders HTTP/1.1\r\nhost: x\r\n${bearer}content-length: 2\r\n\r\n{`;
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.write(part, resolve))));
    assert.equal((await fetch(`${gateway.url}/api/openapi.json`)).status, 200);
    assert.equal(await metric(gateway, "http_requests_in_flight"), 0);
    const answers = sockets.map((socket) => once(socket, "data"));
    for (const socket of sockets) socket.write("}");
    for (const [answer] of await Promise.all(answers)) assert.match(String(answer), /^HTTP\/1\.1 200 /);
    for (const socket of sockets) socket.destroy();
  });
});
