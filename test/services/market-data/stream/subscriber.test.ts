import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { INSTRUMENTS } from "../../../../services/market/instruments.ts";
import { type RunningPod, startPod } from "../../../support/pod.ts";
import { follow } from "../follow.ts";

const WINDOW = 64 * 1024;

describe("a slow client of the quotes", () => {
  let pod: RunningPod;
  before(async () => {
    // Without a bus: no trades come.
    const nowhere = { DATABASE_URL: "postgresql://127.0.0.1:9/none", DATABASE_CREDENTIALS: "/nonexistent" };
    pod = await startPod("market-data", nowhere);
  });
  after(() => pod?.stop());

  const connect = () =>
    follow(new WebSocket(`${pod.url.replace("http", "ws")}/ws/quotes`, { headers: { "x-user-id": "ann" } }));
  const behind = async () => {
    const text = await (await fetch(`${pod.admin}/metrics`)).text();
    return Number(/^quotes_connections_behind\{.*\} (\d+)$/m.exec(text)?.[1]);
  };

  it("stays connected, has little on its way, and gets the newest quotes once it has taken that in", async () => {
    const [slow, quick] = [connect(), connect()];
    for (const client of [slow, quick]) client.subscribe(...INSTRUMENTS.keys());
    await slow.until(() => slow.updates > 5);
    await quick.until(() => quick.updates > 5);
    slow.ws.pause();
    while ((await behind()) === 0) await sleep(50);
    // Much more than the window holds goes by.
    const seen = quick.updates;
    await quick.until(() => quick.updates > seen + 20);
    // Pongs that answer no ping acknowledge nothing, whatever they say.
    for (let i = 1; i < 15; i += 1) slow.ws.pong(String(i * 4500));
    const then = quick.updates;
    await quick.until(() => quick.updates > then + 10);
    assert.equal(await behind(), 1);

    let bytes = 0;
    slow.ws.on("message", (data) => {
      if (slow.conflated === 0) bytes += String(data).length;
    });
    slow.ws.resume();
    await slow.until(() => slow.conflated > 0);
    assert.ok(bytes > 0 && bytes <= WINDOW, `${bytes} bytes were on their way`);
    // What comes first after the backlog is the newest.
    const late = () => (quick.quotes.get("BHP") ?? 0) - (slow.quotes.get("BHP") ?? 0);
    assert.ok(late() <= 1, `${late()} updates late`);
    assert.equal(slow.gaps, 0);
    const before = slow.updates;
    await slow.until(() => slow.updates > before + 5);
    assert.ok(late() <= 1, `${late()} updates late`);
    assert.deepEqual([slow.gaps, quick.gaps, quick.conflated], [0, 0, 0]);
    assert.equal(await behind(), 0);
  });

  it("may change what it wants while it is slow", async () => {
    const slow = connect();
    slow.subscribe(...INSTRUMENTS.keys());
    await slow.until(() => slow.updates > 5);
    slow.ws.pause();
    while ((await behind()) === 0) await sleep(50);
    slow.unsubscribe(...[...INSTRUMENTS.keys()].filter((symbol) => symbol !== "BHP"));
    slow.subscribe("CBA");
    slow.ws.resume();
    await slow.until(() => slow.last?.type === "update" && slow.last.quotes?.length === 2);
    const then = slow.updates;
    await slow.until(() => slow.updates > then + 3);
    assert.equal(slow.gaps, 0);
  });
});
