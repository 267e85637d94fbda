import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningPod, startPod } from "../../../support/pod.ts";
import { startUpstream, type TestUpstream } from "../../../support/upstream.ts";

/** `web` serves as the proxy: nothing in front of it asks for a token. */
describe("proxy", () => {
  let handle: RequestListener;
  let calls: IncomingMessage[];
  let upstream: TestUpstream;
  let web: RunningPod;
  let directory: string;

  const startWeb = (url: string) =>
    startPod("web", {
      API_URL: url,
      ISSUER: "https://issuer.example",
      CLIENT_ID: "page",
      PUBLIC_DIRECTORY: directory,
    });
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "trizone-page-"));
    await writeFile(join(directory, "index.html"), "<!doctype html>");
    upstream = await startUpstream((request, response) => {
      calls.push(request);
      handle(request, response);
    });
    web = await startWeb(upstream.url);
  });
  beforeEach(() => {
    calls = [];
  });
  after(async () => {
    await web.stop();
    await upstream.close();
    await rm(directory, { recursive: true });
  });

  const get = (headers = {}) => fetch(`${web.url}/api/x?q=1`, { headers });
  const post = (headers: Record<string, string> = {}) =>
    fetch(`${web.url}/api/x`, { method: "POST", headers, body: "hello" });
  const KEY = { "idempotency-key": "k" };
  /** Answers only the nth call well; the others as given. */
  const failUntil = (n: number, fail: (response: ServerResponse) => void): RequestListener => {
    return (request, response) => {
      if (calls.length < n) {
        fail(response);
        return;
      }
      request.setEncoding("utf8");
      request.toArray().then((body) => response.setHeader("x-zone", "b").end(`done ${body.join("")}`));
    };
  };
  const kill = (response: ServerResponse) => void response.socket?.destroy();
  const unavailable = (response: ServerResponse) => void response.writeHead(503).end("later");
  const cutShort = (response: ServerResponse) => {
    response.writeHead(200, { "content-length": 100 });
    response.write("half", () => response.socket?.destroy());
  };

  it("passes path, query, headers and cookies, and keeps what is for one hop", async () => {
    handle = (_request, response) => {
      response.setHeader("set-cookie", ["a=1", "b=2"]);
      response.setHeader("connection", "x-hop");
      response.setHeader("x-hop", "1");
      response.setHeader("x-zone", "b");
      response.setHeader("x-zone-path", "b>c");
      response.writeHead(418).end("tea");
    };
    const response = await get({ "x-end": "1", "x-user-id": "admin" });
    assert.equal(response.status, 418);
    assert.equal(await response.text(), "tea");
    assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
    assert.equal(response.headers.get("x-hop"), null);
    assert.equal(response.headers.get("x-zone"), "b");
    assert.equal(response.headers.get("x-zone-path"), "a>b>c");
    const seen = calls[0];
    assert.equal(seen?.url, "/api/x?q=1");
    assert.equal(seen?.headers["x-end"], "1");
    assert.equal(seen?.headers["x-user-id"], undefined);
    assert.equal(seen?.headers.host, new URL(upstream.url).host);
  });

  for (const [what, fail] of Object.entries({
    "a lost connection": kill,
    "a 503": unavailable,
    "half an answer": cutShort,
  })) {
    it(`tries a repeatable request again after ${what}`, async () => {
      handle = failUntil(3, fail);
      assert.equal(await (await get()).text(), "done ");
      calls = [];
      const response = await post(KEY);
      assert.equal(await response.text(), "done hello");
      assert.equal(response.headers.get("x-zone"), "b");
      assert.equal(calls.length, 3);
    });
  }

  it("sends a request that might count twice only once", async () => {
    handle = failUntil(2, kill);
    const lost = await post();
    assert.equal(lost.status, 502);
    assert.ok(lost.headers.get("retry-after"));
    assert.equal(lost.headers.get("x-zone"), "a");
    assert.equal(calls.length, 1);
  });

  it("gives up after three tries, with the last answer or a problem", async () => {
    handle = failUntil(9, unavailable);
    const answered = await get();
    assert.equal(answered.status, 503);
    assert.equal(await answered.text(), "later");
    assert.equal(calls.length, 3);
    calls = [];
    handle = failUntil(9, kill);
    assert.equal((await get()).status, 502);
    assert.equal(calls.length, 3);
  });

  it("streams a large answer as it comes, and ends it when the upstream breaks off", async () => {
    let go: () => void = () => undefined;
    handle = (_request, response) => {
      response.write("first");
      go = () => response.write("second", () => response.socket?.destroy());
    };
    const response = await get();
    const reader = response.body?.getReader();
    assert.equal(Buffer.from((await reader?.read())?.value ?? []).toString(), "first");
    go();
    await assert.rejects(async () => {
      while (!(await reader?.read())?.done);
    });
  });

  it("drops the upstream's request when the client goes away", async () => {
    const gone = new Promise<void>((resolve) => {
      handle = (_request, response) => {
        response.once("close", resolve);
        client.abort();
      };
    });
    const client = new AbortController();
    await assert.rejects(fetch(`${web.url}/api/x`, { signal: client.signal }));
    await gone;
    handle = failUntil(1, kill);
    assert.equal((await get()).status, 200);
  });

  it("says 502 at once when nothing listens", async () => {
    const dead = await startUpstream(() => undefined);
    await dead.close();
    const other = await startWeb(dead.url);
    try {
      const started = performance.now();
      const response = await fetch(`${other.url}/api/x`);
      assert.equal(response.status, 502);
      assert.equal(response.headers.get("content-type"), "application/problem+json");
      assert.ok(performance.now() - started < 2000);
    } finally {
      await other.stop();
    }
  });

  it("leaves connections to a frozen process behind after one timeout", async () => {
    const frozen = await startWeb(upstream.url);
    const front = await startWeb(frozen.url);
    handle = (_request, response) => response.end("ok");
    try {
      const many = () => Promise.all(Array.from({ length: 8 }, () => fetch(`${front.url}/api/x`)));
      for (const response of await many()) assert.equal(response.status, 200);
      frozen.process.kill("SIGSTOP");
      const caught = fetch(`${front.url}/api/x`, { method: "POST", body: "x" });
      assert.equal((await caught).status, 504);
      frozen.process.kill("SIGCONT");
      const started = performance.now();
      for (const response of await many()) assert.equal(response.status, 200);
      assert.ok(performance.now() - started < 2000);
    } finally {
      await front.stop();
      await frozen.stop();
    }
  }).timeout(20_000);

  it("joins WebSocket connections, and refuses upgrades elsewhere", async () => {
    upstream.server.on("upgrade", (request, socket) => {
      socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n");
      socket.write(`path ${request.url} `);
      socket.pipe(socket);
    });
    const { hostname, port } = new URL(web.url);
    const open = async (path: string, until: string) => {
      const socket = connect(Number(port), hostname);
      socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`);
      let text = "";
      for (;;) {
        text += (await once(socket, "data"))[0];
        if (text.includes("101") && !text.includes("echo")) socket.write("echo");
        if (text.includes(until)) break;
      }
      socket.destroy();
      return text;
    };
    const joined = await open("/ws/quotes?x=1", "echo");
    assert.match(joined, /^HTTP\/1.1 101 /);
    assert.match(joined, /x-zone: a/);
    assert.match(joined, /path \/ws\/quotes\?x=1 echo/);
    assert.match(await open("/other", "\r\n\r\n"), /^HTTP\/1.1 404 /);
  });
});
