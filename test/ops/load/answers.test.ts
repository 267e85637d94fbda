import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { startLoad } from "../../../ops/load/index.ts";

const OK = "HTTP/1.1 200 OK\r\n";

/** Answers as servers give them, byte for byte. */
const ANSWERS: Record<string, (socket: Socket) => void> = {
  "with a length": (socket) => socket.write(`${OK}content-length: 4\r\n\r\nbody`),
  "in chunks": (socket) =>
    socket.write(`${OK}transfer-encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n`),
  "without a length, until the connection ends": (socket) => socket.end(`${OK}connection: close\r\n\r\nbody`),
  "of HTTP/1.0": (socket) => socket.end("HTTP/1.0 200 OK\r\n\r\nbody"),
  "after an early hint": (socket) =>
    socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${OK}content-length: 4\r\n\r\nbody`),
  "that closes the connection": (socket) =>
    socket.end(`${OK}connection: close\r\ncontent-length: 4\r\n\r\nbody`),
  "byte by byte": (socket) => {
    const text = `${OK}content-length: 4\r\n\r\nbody`;
    const next = (index: number) => {
      if (index < text.length) socket.write(text[index] as string, () => setImmediate(next, index + 1));
    };
    next(0);
  },
};

describe("answers to a load", () => {
  let server: Server;
  let connections = 0;
  let received: string[] = [];
  let answer: (socket: Socket, request: string) => void;

  beforeEach(async () => {
    [connections, received] = [0, []];
    server = createServer((socket) => {
      connections += 1;
      socket.on("error", () => undefined);
      socket.on("data", (chunk) => {
        received.push(chunk.toString("utf8"));
        answer(socket, chunk.toString("utf8"));
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => server.close());

  const load = (request: object, requests = 3) =>
    startLoad({
      ...{ connections: 1, requests, timeoutMs: 1000 },
      to: [
        {
          key: "one",
          origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          path: "/",
          expect: { body: /^body$/ },
          ...request,
        },
      ],
    }).result;

  for (const [how, act] of Object.entries(ANSWERS)) {
    it(`are understood ${how}`, async () => {
      answer = act;
      const { total } = await load({});
      assert.deepEqual([total.ok, total.failures, total.bytes], [3, {}, 12]);
      const isClosed = /HTTP\/1.0|close|until/.test(`${how} ${act}`);
      assert.equal(connections, isClosed ? 3 : 1);
    });
  }

  it("have no body where none may be: of HEAD, 204 and 304", async () => {
    const statuses = ["200 OK\r\ncontent-length: 4", "204 No Content", "304 Not Modified"];
    for (const status of statuses) {
      answer = (socket) => socket.write(`HTTP/1.1 ${status}\r\n\r\n`);
      const { total } = await load({ method: status.startsWith("200") ? "HEAD" : "GET", expect: {} });
      assert.deepEqual([total.ok, total.failures, connections], [3, {}, 1], status);
      connections = 0;
    }
  });

  it("that are none are failures of the protocol", async () => {
    for (const text of ["SMTP ready\r\n\r\n", `${OK}content-length: 4\r\ncontent-length: 5\r\n\r\nbody`]) {
      answer = (socket) => socket.write(text);
      const { total } = await load({});
      assert.deepEqual(total.failures, { protocol: 3 }, text);
    }
  });

  it("come to requests that are as they were given, in any script", async () => {
    answer = ANSWERS["with a length"] as typeof answer;
    const request = {
      ...{ method: "POST", path: "/ä b/{random}?q=1%202", body: "Äpfel" },
      headers: { Host: "foo.localhost", "X-Id": "1" },
    };
    await load(request, 2);
    const [first = "", second = ""] = received;
    const [, number] = /^POST \/%C3%A4%20b\/(\d{6})\?q=1%202 HTTP\/1\.1\r\n/.exec(first) ?? [];
    assert.ok(number, first);
    assert.ok(!second.includes(`/${number}?`));
    assert.match(first, /\r\nhost: foo\.localhost\r\n/);
    assert.match(first, /\r\nx-id: 1\r\ncontent-length: 6\r\n\r\nÄpfel$/);
    await assert.rejects(
      load({ headers: { "x-id": "1\r\nx-other: 2" } }),
      /Invalid character in header content/,
    );
  });

  it("come to a request that has one length, whatever its headers say", async () => {
    answer = ANSWERS["with a length"] as typeof answer;
    await load({ method: "POST", body: "four", headers: { "Content-Length": "99" } }, 1);
    assert.deepEqual(received[0]?.match(/content-length: \d+/gi), ["content-length: 4"]);
  });

  it("come over another connection when one was idle for as long as the server keeps it", async () => {
    answer = (socket) => socket.write(`${OK}keep-alive: timeout=1\r\ncontent-length: 4\r\n\r\nbody`);
    const { total } = await load({});
    // A second less than it says: at once.
    assert.deepEqual([total.ok, connections], [3, 3]);
  });
});
