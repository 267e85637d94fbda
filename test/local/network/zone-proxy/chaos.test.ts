import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import fc from "fast-check";
import { ask, askMany } from "../support/client.ts";
import { Stage } from "../support/stage.ts";

const path = fc.constantFrom(
  "/",
  "/hold",
  "/begin",
  "/big",
  "/hang-up",
  "/odd",
  "/early",
  "/digest",
  "/ws",
  "/é",
  "*",
);
const piece = fc.oneof(
  path.map((one) => `GET ${one} HTTP/1.1\r\nHost: x\r\n\r\n`),
  path.map((one) => `POST ${one} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf of it`),
  path.map((one) => `POST ${one} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`),
  path.map((one) => `GET ${one} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`),
  path.map(
    (one) =>
      `POST ${one} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\nabc`,
  ),
  fc.constantFrom(
    "0\r\n\r\n",
    "\r\n",
    "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
);
const client = fc.record({
  pieces: fc.array(piece, { minLength: 1, maxLength: 5 }),
  pauseMs: fc.nat(8),
  ending: fc.constantFrom("end", "destroy", "reset", "stay"),
});

type Client = typeof client extends fc.Arbitrary<infer T> ? T : never;

/** Sends its pieces with pauses between them and then ends in its own way; stays for 200 ms at most. */
async function misbehave(host: string, { pieces, pauseMs, ending }: Client): Promise<void> {
  const [name, port] = host.split(":");
  const socket = connect(Number(port), name);
  socket.on("error", () => socket.destroy());
  socket.resume();
  for (const one of pieces) {
    if (socket.writable) socket.write(one);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  if (ending === "end") socket.end();
  if (ending === "reset" && !socket.destroyed) socket.resetAndDestroy();
  if (ending === "stay" || ending === "end") await new Promise((resolve) => setTimeout(resolve, 200));
  socket.destroy();
}

describe("clients that behave badly", function () {
  this.timeout(60_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.open({ balancer: { idleTimeout: 1 } });
  });
  after(() => stage.close());

  const descriptors = () =>
    // Only Linux tells what a process holds open.
    stage.network.status().proxies.map(({ pid }) => {
      const folder = `/proc/${pid}/fd`;
      return existsSync(folder) ? readdirSync(folder).length : 0;
    });

  it("leave every proxy alive, and nothing open behind", async () => {
    const hosts = [
      stage.publicHost,
      stage.network.lookup("a")["127.0.0.1:4001"] ?? "",
      stage.network.lookup("b")["front.shop.svc.cluster.local:8080"] ?? "",
    ];
    const before = descriptors();
    await fc.assert(
      fc.asyncProperty(fc.array(client, { minLength: 1, maxLength: 25 }), async (clients) => {
        await Promise.all(clients.map((one, index) => misbehave(hosts[index % 3] ?? "", one)));
        assert.equal((await ask(stage.publicHost)).status, 200);
      }),
      { numRuns: 40, endOnFailure: true },
    );
    assert.ok(
      stage.network.status().proxies.every(({ restarts }) => restarts === 0),
      stage.logs(),
    );
    for (const { ports } of stage.pods) await ask(ports.http ?? "", "/release");
    assert.ok((await askMany(stage.publicHost, 60, 10)).every(({ status }) => status === 200));
    // Connections kept for reuse are given up within 4 s.
    await stage.until(() => descriptors().every((count, index) => count <= (before[index] ?? 0) + 3), 15_000);
  });
});
