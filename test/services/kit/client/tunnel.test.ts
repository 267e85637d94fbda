import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import { textFrame } from "../../../../services/kit/client/websocket.ts";
import { type RunningPod, startPod } from "../../../support/pod.ts";
import { startUpstream, type TestUpstream } from "../../../support/upstream.ts";

describe("a WebSocket through a pod", () => {
  let directory: string;
  let upstream: TestUpstream;
  let pod: RunningPod;
  let accepted: Promise<[WebSocket, Duplex]>;
  let answer: (socket: Duplex) => void;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "trizone-page-"));
    await writeFile(join(directory, "index.html"), "<!doctype html>");
  });
  beforeEach(async () => {
    const sockets = new WebSocketServer({ noServer: true });
    upstream = await startUpstream((_request, response) => response.end());
    accepted = new Promise((resolve) => {
      upstream.server.on("upgrade", (request, socket, head) => {
        if (request.url === "/ws/raw") answer(socket);
        else sockets.handleUpgrade(request, socket, head, (ws) => resolve([ws, socket]));
      });
    });
    const sign = { ISSUER: "https://issuer.example", CLIENT_ID: "page" };
    pod = await startPod("web", { API_URL: upstream.url, PUBLIC_DIRECTORY: directory, ...sign });
  });
  afterEach(async () => {
    await pod.stop();
    await upstream.close();
  });
  after(() => rm(directory, { recursive: true }));

  /** A client, what it got so far, and how it ended. */
  const open = async () => {
    const ws = new WebSocket(`${pod.url.replace("http", "ws")}/ws/quotes`);
    const messages: string[] = [];
    ws.on("message", (data) => messages.push(String(data)));
    const closed = once(ws, "close").then(([code, reason]) => [code, String(reason)]);
    await once(ws, "open");
    const [server, socket] = await accepted;
    return { ws, messages, closed, server, socket };
  };
  const closing = (text: string | undefined) => {
    const { type, code, reconnectAfterMs } = JSON.parse(text ?? "{}");
    assert.ok(reconnectAfterMs >= 0 && reconnectAfterMs <= 5000, text);
    return [type, code];
  };

  it("ends with 1012 and a time to come back when the pod stops", async () => {
    const { messages, closed } = await open();
    const stopped = pod.stop();
    assert.deepEqual(await closed, [1012, "The service restarts"]);
    assert.deepEqual(closing(messages[0]), ["closing", 1012]);
    assert.equal(await stopped, 0);
  });

  it("brings the message under way to its end before that", async () => {
    const { ws, messages, closed, server, socket } = await open();
    const long = textFrame("x".repeat(70_000));
    const received = new Promise((resolve) => ws.once("message", resolve));
    socket.write(long.subarray(0, 30_000));
    server.on("message", () => socket.write(Buffer.concat([long.subarray(30_000), textFrame("too late")])));
    const stopped = pod.stop();
    // While the pod serves on the stream lives on as well.
    setTimeout(() => ws.send("more"), 400);
    await received;
    assert.deepEqual(await closed, [1012, "The service restarts"]);
    assert.equal(messages[0]?.length, 70_000);
    assert.deepEqual(closing(messages[1]), ["closing", 1012]);
    assert.equal(messages.length, 2);
    assert.equal(await stopped, 0);
  });

  it("ends with 1012 also when the upstream is lost", async () => {
    const { messages, closed, socket } = await open();
    socket.write(textFrame("last"));
    socket.destroy();
    assert.deepEqual((await closed)[0], 1012);
    assert.equal(messages[0], "last");
    assert.deepEqual(closing(messages[1]), ["closing", 1012]);
  });

  it("passes the upstream's own end on as it is, to the last byte", async () => {
    const { messages, closed, server } = await open();
    for (let i = 0; i < 200; i += 1) server.send("x".repeat(10_000));
    server.close(4400, "because");
    assert.deepEqual(await closed, [4400, "because"]);
    assert.equal(messages.length, 200);
  });

  it("doesn't outlive its upstream, or a refusal, for a client that ends nothing", async () => {
    for (const [path, reply] of [
      ["/ws/raw", (socket: Duplex) => void socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")],
      ["/other", () => undefined],
      [
        "/ws/raw",
        (socket: Duplex) => {
          socket.write(
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
          );
          socket.write(Buffer.alloc(10_000_000, textFrame("x".repeat(998))));
          setTimeout(() => socket.destroy(), 200);
        },
      ],
    ] as const) {
      answer = reply;
      const { hostname, port } = new URL(pod.url);
      const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
      socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`);
      // It sends on and reads nothing.
      const talk = setInterval(() => socket.write("more"), 20);
      await Promise.race([once(socket, "error"), once(socket, "close")]);
      clearInterval(talk);
      socket.destroy();
    }
  }).timeout(10_000);
});
