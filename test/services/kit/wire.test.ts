import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Readable } from "node:stream";
import fc from "fast-check";
import { AttemptError, attempt, type UpstreamResponse } from "../../../services/kit/client/attempt.ts";
import { Pool } from "../../../services/kit/client/wire/pool.ts";
import { readHead } from "../../../services/kit/client/wire/response-head.ts";

const never = new AbortController().signal;

/** Raw bytes are what this is about: a server answers each request as a test says. */
describe("HTTP/1.1 connections to services", () => {
  let server: Server;
  let sockets: Set<Socket>;
  let requests: string[];
  let answer: (socket: Socket, request: string) => void;
  let pool: Pool;

  beforeEach(async () => {
    sockets = new Set();
    requests = [];
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
      socket.setEncoding("latin1").on("data", (text: string) => {
        requests.push(text);
        answer(socket, text);
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 1000);
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await pool.close();
  });

  const send = (
    method = "GET",
    change: { path?: string; headers?: Record<string, string>; body?: Buffer } = {},
  ) => attempt(pool, { method, path: "/x", headers: {}, ...change }, 5000, never);
  const textOf = async ({ body }: UpstreamResponse) => {
    if (body instanceof Uint8Array) return Buffer.from(body).toString("latin1");
    const parts = (await (body as Readable).toArray()) as Buffer[];
    return Buffer.concat(parts).toString("latin1");
  };
  const chunked = (parts: string[]) =>
    `${parts.map((part) => `${part.length.toString(16)};x=y\r\n${part}\r\n`).join("")}0\r\ntrailer: t\r\n\r\n`;

  it("reads a response wherever its bytes are cut", async () => {
    const parts = fc.array(fc.stringMatching(/^[\x20-\x7e\r\n]{1,60}$/), { maxLength: 5 });
    const kinds = fc.constantFrom("sized", "chunked", "until the end", "with 1xx before");
    const cuts = fc.array(fc.nat(), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(parts, kinds, cuts, async (parts, kind, cuts) => {
        const body = parts.join("");
        const sized = `HTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: ${body.length}\r\na: 2\r\n\r\n${body}`;
        const bytes = {
          sized,
          chunked: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\na: 1\r\nA: 2\r\n\r\n${chunked(parts)}`,
          "until the end": `HTTP/1.0 200\r\na: 1\r\na: 2\r\n\r\n${body}`,
          "with 1xx before": `HTTP/1.1 103 Hints\r\nx: y\r\n\r\n${sized}`,
        }[kind];
        const ends = [...cuts.map((cut) => cut % bytes.length), bytes.length].sort((a, b) => a - b);
        answer = async (socket) => {
          let from = 0;
          for (const end of ends) {
            if (end > from) socket.write(bytes.slice(from, end), "latin1");
            await new Promise(setImmediate);
            from = end;
          }
          if (kind === "until the end") socket.end();
        };
        const response = await send();
        assert.equal(response.headers.a, "1, 2");
        assert.equal(await textOf(response), body);
      }),
      { numRuns: 150 },
    );
  });

  it("uses a connection again after a whole response, and no other", async () => {
    const ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    answer = (socket) => void socket.write(ok);
    for (let i = 0; i < 3; i += 1) assert.equal(await textOf(await send()), "ok");
    assert.equal(sockets.size, 1);
    const cases = [
      "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok",
      "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
      `${ok}HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nstray`,
    ];
    for (const bytes of cases) {
      const [before] = sockets;
      answer = (socket) => void socket.write(bytes);
      assert.equal(await textOf(await send()), "ok");
      answer = (socket) => void socket.write(ok);
      assert.equal(await textOf(await send()), "ok");
      assert.equal(before && sockets.has(before) && !before.destroyed && sockets.size === 1, false, bytes);
    }
  });

  it("needs no body of what has none", async () => {
    for (const [method, head] of [
      ["HEAD", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n"],
      ["GET", "HTTP/1.1 304 Not Modified\r\ncontent-length: 100\r\n\r\n"],
      ["POST", "HTTP/1.1 204 No Content\r\n\r\n"],
    ] as const) {
      answer = (socket) => void socket.write(head);
      assert.equal(await textOf(await send(method)), "");
    }
    assert.equal(sockets.size, 1);
    assert.match(
      requests.at(-1) ?? "",
      /^POST \/x HTTP\/1.1\r\nhost: 127.0.0.1:\d+\r\ncontent-length: 0\r\n\r\n$/,
    );
  });

  it("takes nothing for a response that others might understand in another way", async () => {
    for (const bytes of [
      "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok!",
      "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\nok",
      "HTTP/1.1 200 OK\r\ncontent-length : 2\r\n\r\nok",
      "HTTP/1.1 200 OK\r\na: b\r\n folded\r\ncontent-length: 0\r\n\r\n",
      "HTTP/2 200\r\n\r\n",
      "HTTP/1.1 101 Switching\r\n\r\n",
      `HTTP/1.1 200 OK\r\nbig: ${"x".repeat(70_000)}`,
    ]) {
      answer = (socket) => void socket.write(bytes);
      await assert.rejects(send(), AttemptError, bytes.slice(0, 60));
    }
    for (const bytes of ["zz\r\n\r\n", "2\r\nokXX0\r\n\r\n", "2\nok\r\n0\r\n\r\n"]) {
      answer = (socket) => void socket.write(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${bytes}`);
      await assert.rejects(send().then(textOf), Error, bytes);
    }
  });

  it("sends no request whose target or headers end a line", async () => {
    answer = (socket) => void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    await assert.rejects(send("GET", { path: "/x HTTP/1.1\r\nx-user-id: root\r\n\r\n" }), AttemptError);
    await assert.rejects(send("GET", { path: "/é" }), AttemptError);
    await assert.rejects(send("GET", { headers: { a: "b\r\nx-user-id: root" } }), AttemptError);
    assert.deepEqual(requests, []);
  });

  it("tells a time-out from a lost connection, and whom the client left", async () => {
    answer = () => undefined;
    const request = { method: "GET", path: "/x", headers: {} };
    await assert.rejects(
      attempt(pool, request, 20, never),
      (error) => error instanceof AttemptError && error.timedOut,
    );
    answer = (socket) => socket.destroy();
    await assert.rejects(send(), (error) => error instanceof AttemptError && !error.timedOut);
    answer = (socket) =>
      void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhal", () => socket.destroy());
    await assert.rejects(send(), AttemptError);
    const client = new AbortController();
    answer = () => client.abort(new Error("gone"));
    await assert.rejects(attempt(pool, request, 5000, client.signal), /gone/);
  });

  it("holds a sender back that is quicker than who reads", async () => {
    const size = 8 * 1024 * 1024;
    let sent = 0;
    answer = (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`);
      const block = Buffer.alloc(64 * 1024);
      const more = () => {
        while (sent < size) {
          sent += block.length;
          if (!socket.write(block)) {
            socket.once("drain", more);
            return;
          }
        }
      };
      more();
    };
    const { body } = await send();
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(sent < size, "it was not read yet");
    assert.equal((await textOf({ body } as UpstreamResponse)).length, size);
    answer = (socket) => void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    assert.equal(await textOf(await send()), "ok");
    assert.equal(sockets.size, 1);
  });

  it("sends a large body whole", async () => {
    const body = Buffer.alloc(40_000, "é", "latin1");
    let received = "";
    answer = (socket, text) => {
      received += text;
      if (received.length > body.length) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    };
    await send("PUT", { body });
    await send("PUT", { body: body.subarray(0, 10) });
    assert.equal(received.split("\r\n\r\n")[1]?.startsWith(body.toString("latin1")), true);
    assert.match(received, /content-length: 10\r\n\r\né{10}$/);
  });

  it("keeps each cookie by itself", () => {
    const { headers } = readHead("HTTP/1.1 200 OK\r\nSet-Cookie: a=1, b\r\nset-cookie: c=2");
    assert.deepEqual(headers["set-cookie"], ["a=1, b", "c=2"]);
  });
});
