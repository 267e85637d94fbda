import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { INSTRUMENTS } from "../../../../services/market/instruments.ts";
import { CLIENT_ID, startIssuer, type TestIssuer } from "../../../support/issuer.ts";
import { type RunningPod, startPod } from "../../../support/pod.ts";
import { follow } from "../follow.ts";

/** How long the hostile clients are at it, in seconds; 300 for a proof. */
const SECONDS = Number(process.env.SECONDS ?? 12);
/** Before memory is first looked at: code is compiled and the heap has its size. */
const WARM_UP_S = Math.min(SECONDS / 3, 20);
const CLIENTS = 48;
const MAX_GROWTH_MIB = 30;

const TEXT = 0x1;
const CONTINUATION = 0x0;
const PING = 0x9;
const PONG = 0xa;

/** A client's frame: masked with zeros, which leaves the payload as it is. */
function frame(opcode: number, payload: string, { last = true } = {}): Buffer {
  const head = Buffer.from([(last ? 0x80 : 0) | opcode, 0x80 | payload.length, 0, 0, 0, 0]);
  return Buffer.concat([head, Buffer.from(payload)]);
}

const SUBSCRIBE = JSON.stringify({ type: "subscribe", symbols: [...INSTRUMENTS.keys()].slice(0, 8) });

/** What clients do that never read: each is called every 50 ms with the number of times before. */
const HOSTILE: ((socket: Socket, round: number) => void)[] = [
  // Answers to no ping, with numbers that might be counts of bytes.
  (socket, round) => void (round % 8 === 0 && socket.write(frame(PONG, String(round * 250)))),
  (socket, round) => void socket.write(frame(PONG, String(round * 500))),
  // Pings that want an answer.
  (socket) => void socket.write(Buffer.concat(Array(50).fill(frame(PING, "x".repeat(100))))),
  // A message that never ends, of small parts in many packets.
  (socket, round) => void socket.write(frame(round === 0 ? TEXT : CONTINUATION, "x", { last: false })),
  (socket) => void socket.write("\x81"),
  // Messages that are answered by an error.
  (socket, round) =>
    void (round % 5 === 0 && socket.write(frame(TEXT, '{"type":"subscribe","symbols":["NONE"]}'))),
];

describe("hostile clients of the quotes", () => {
  let issuer: TestIssuer;
  let pods: RunningPod[] = [];
  let open: boolean;

  before(async () => {
    issuer = await startIssuer();
    const nowhere = { DATABASE_URL: "postgresql://127.0.0.1:9/none", DATABASE_CREDENTIALS: "/nonexistent" };
    const quotes = await startPod("market-data", { ...nowhere, STREAM_CONNECTIONS_PER_USER: "100" });
    const gateway = await startPod("gateway", {
      ISSUER: issuer.url,
      CLIENT_ID,
      TRADING_URL: quotes.url,
      MARKET_DATA_URL: quotes.url,
    });
    pods = [quotes, gateway];
  });
  after(async () => {
    open = false;
    await Promise.all(pods.map((pod) => pod.stop()));
    await issuer?.close();
  });

  /** One hostile client, which comes again whenever it is thrown out. */
  const attack = async (
    behave: (socket: Socket, round: number) => void,
    through: RunningPod,
    token: string,
  ) => {
    const { hostname, port } = new URL(through.url);
    while (open) {
      const socket = connect(Number(port), hostname);
      const gone = new Promise((resolve) => socket.once("close", resolve));
      socket.on("error", () => socket.destroy());
      socket.write(
        "GET /ws/quotes HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n" +
          `sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
          `x-user-id: ann\r\nauthorization: Bearer ${token}\r\n\r\n`,
      );
      socket.write(frame(TEXT, SUBSCRIBE));
      let round = 0;
      const talk = setInterval(() => {
        if (!open) socket.destroy();
        else if (socket.writableLength < 65_536) behave(socket, round++);
      }, 50);
      await gone;
      clearInterval(talk);
      await sleep(50);
    }
  };
  const memory = (pod: RunningPod) =>
    Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pod.process.pid}/status`, "utf8"))?.[1]) / 1024;

  it(`grow no pod by more than ${MAX_GROWTH_MIB} MiB in ${SECONDS} s`, async function () {
    if (process.platform !== "linux") {
      console.log("      skipped: memory is read from /proc, which only Linux has");
      this.skip();
    }
    const [quotes, gateway] = pods as [RunningPod, RunningPod];
    const token = await issuer.token({ exp: Math.floor(Date.now() / 1000) + SECONDS + 60 });
    open = true;
    const attacks = Array.from({ length: CLIENTS }, (_, i) => {
      const behave = HOSTILE[i % HOSTILE.length] as (typeof HOSTILE)[number];
      return attack(behave, i % 4 === 3 ? gateway : quotes, token);
    });
    const headers = { "x-user-id": "bob" };
    const honest = follow(new WebSocket(`${quotes.url.replace("http", "ws")}/ws/quotes`, { headers }));
    honest.subscribe("BHP");
    await sleep(WARM_UP_S * 1000);
    const before = pods.map(memory);
    const seen = honest.updates;
    let grown = 0;
    for (let second = 0; second < SECONDS - WARM_UP_S; second += 1) {
      await sleep(1000);
      grown = Math.max(grown, ...pods.map((pod, i) => memory(pod) - (before[i] as number)));
      assert.ok(grown <= MAX_GROWTH_MIB, `a pod has grown by ${grown.toFixed()} MiB after ${second + 1} s`);
    }
    assert.ok(honest.updates - seen > SECONDS - WARM_UP_S, "an honest client was left out");
    if (SECONDS > 12)
      console.log(`      from ${before.map(Math.round)} MiB, by ${grown.toFixed(1)} MiB at most`);
    open = false;
    await Promise.all(attacks);
  }).timeout((SECONDS + 60) * 1000);
});
