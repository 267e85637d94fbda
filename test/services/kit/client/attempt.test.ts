import assert from "node:assert/strict";
import { once } from "node:events";
import { IncomingMessage, ServerResponse } from "node:http";
import { type AddressInfo, createServer, type Server, Socket } from "node:net";
import { Pool } from "undici";
import { AttemptError, attempt, type UpstreamResponse } from "../../../../services/kit/client/attempt.ts";

/** A server answers each request with the bytes that a test says. */
describe("a request to a service", () => {
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
    pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await pool.close();
  });

  const send = (
    method = "GET",
    change: { path?: string; headers?: Record<string, string>; body?: Buffer; whole?: boolean } = {},
  ) => attempt(pool, { method, path: "/x", headers: {}, ...change }, 5000);
  const textOf = async ({ body }: UpstreamResponse) => {
    const parts = [];
    for await (const part of body instanceof Uint8Array ? [body] : body) parts.push(part);
    return Buffer.concat(parts).toString("latin1");
  };

  it("has small answers whole, others as a stream unless they are wanted whole", async () => {
    const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
    const cases = {
      small: ["HTTP/1.1 103 Hints\r\nx: y\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", true],
      chunked: [chunked, false],
      large: [`HTTP/1.1 200 OK\r\ncontent-length: 70000\r\n\r\n${"x".repeat(70_000)}`, false],
    } as const;
    for (const [name, [bytes, whole]] of Object.entries(cases)) {
      answer = (socket) => void socket.write(bytes);
      const response = await send();
      assert.equal(response.body instanceof Uint8Array, whole, name);
      const text = await textOf(response);
      assert.ok(text === "ok" || text.length === 70_000);
      const wanted = await send("GET", { whole: true });
      assert.ok(wanted.body instanceof Uint8Array, name);
      assert.equal(await textOf(wanted), text);
    }
    assert.ok(sockets.size <= 2, "connections are used again");
  });

  it("needs no body of what has none", async () => {
    for (const [method, head] of [
      ["HEAD", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n"],
      ["GET", "HTTP/1.1 304 Not Modified\r\n\r\n"],
      ["POST", "HTTP/1.1 204 No Content\r\n\r\n"],
    ] as const) {
      answer = (socket) => void socket.write(head);
      assert.equal(await textOf(await send(method)), "");
    }
    assert.match(requests.at(-1) ?? "", /^POST \/x HTTP\/1.1\r\n/);
    assert.match(requests.at(-1) ?? "", /\r\ncontent-length: 0\r\n\r\n$/);
  });

  it("sends no request whose target or headers end a line", async () => {
    answer = (socket) => void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    await assert.rejects(send("GET", { path: "/x HTTP/1.1\r\nx-user-id: root\r\n\r\n" }), AttemptError);
    await assert.rejects(send("GET", { headers: { a: "b\r\nx-user-id: root" } }), AttemptError);
    assert.deepEqual(requests, []);
  });

  it("tells a time-out from a lost connection, and whom the client left", async () => {
    answer = () => undefined;
    const request = { method: "GET", path: "/x", headers: {} };
    await assert.rejects(
      attempt(pool, request, 20),
      (error) => error instanceof AttemptError && error.timedOut,
    );
    answer = (socket) => socket.destroy();
    await assert.rejects(send(), (error) => error instanceof AttemptError && !error.timedOut);
    answer = (socket) =>
      void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhal", () => socket.destroy());
    await assert.rejects(send(), AttemptError);
    const client = new ServerResponse(new IncomingMessage(new Socket()));
    answer = () => client.emit("close");
    await assert.rejects(attempt(pool, request, 5000, client), /went away/);
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
    assert.ok(sockets.size <= 2, "connections are used again");
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
});
