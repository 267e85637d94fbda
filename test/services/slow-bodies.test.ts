import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Stack, startStack } from "../support/stack.ts";

/** More of both where there is time: the figures to hold are for 900 connections for 100 s. */
const SECONDS = Number(process.env.SECONDS ?? 10);
const CONNECTIONS = Number(process.env.CONNECTIONS ?? 300);
/** Orders that the valid user places each second. */
const RATE = 20;
/** A p99 of few requests is one or two of them, and says little where tests share a machine: then only this much, in milliseconds, is too late. */
const LATE_MS = SECONDS < 60 ? 2000 : 50;

describe("bodies that hardly come", () => {
  let stack: Stack;
  before(async function () {
    this.timeout(180_000);
    stack = await startStack();
  });
  after(() => stack.stop());

  /** Keeps connections open that say a body of two bytes follows, and send one; each that ends is opened anew. */
  const attack = (urls: readonly string[], count: number) => {
    const sockets = new Set<Socket>();
    const answers = new Map<string, number>();
    let stopped = false;
    const open = (url: string) => {
      const { hostname, port } = new URL(url);
      const socket = connect(Number(port), hostname);
      sockets.add(socket);
      socket.write(
        "POST /api/orders HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{",
      );
      socket.once("data", (chunk) => {
        const status = chunk.toString().slice(9, 12);
        answers.set(status, (answers.get(status) ?? 0) + 1);
      });
      socket.on("error", () => undefined);
      socket.once("close", () => {
        sockets.delete(socket);
        if (!stopped) open(url);
      });
    };
    // Over the time that each may stay open, so that they don't all come anew together.
    const opened = (async () => {
      for (let i = 0; i < count; i += 1) {
        open(urls[i % urls.length] as string);
        if (i % 10 === 9) await sleep(100_000 / count);
      }
    })();
    return {
      answers,
      opened,
      open: () => sockets.size,
      stop: () => {
        stopped = true;
        for (const socket of sockets) socket.destroy();
      },
    };
  };

  /** Places orders for so long, at a steady rate; resolves to the share that was stored, and the p99 in milliseconds. */
  const placeOrders = async (seconds: number) => {
    const took: number[] = [];
    let stored = 0;
    const placed: Promise<void>[] = [];
    const order = { symbol: "BHP", side: "buy", type: "limit", quantity: 1, limitPrice: "1.00" };
    const begin = performance.now();
    for (let i = 0; i < seconds * RATE; i += 1) {
      await sleep(Math.max(0, begin + (i * 1000) / RATE - performance.now()));
      const at = performance.now();
      const one = stack.place(order, randomUUID()).then(async (response) => {
        await response.arrayBuffer();
        took.push(performance.now() - at);
        if (response.status === 201) stored += 1;
      });
      placed.push(one.catch(() => undefined));
    }
    await Promise.all(placed);
    took.sort((a, b) => a - b);
    const p99 = took[Math.ceil(took.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY;
    return { share: stored / placed.length, p99 };
  };

  const metric = async (admin: string, name: string) => {
    const text = await (await fetch(`${admin}/metrics`)).text();
    return Number(new RegExp(`^${name}\\{.*\\} (\\d+)$`, "m").exec(text)?.[1]);
  };

  it("keep nobody else from being answered, as quickly as before", async () => {
    await placeOrders(1);
    const before = await placeOrders(Math.min(20, SECONDS / 2));
    const slow = attack([stack.web.url, stack.web.url, stack.gateway.url], CONNECTIONS);
    await slow.opened;
    const inFlight = await metric(stack.web.admin, "http_requests_in_flight");
    const meanwhile = await placeOrders(SECONDS);
    const open = slow.open();
    slow.stop();
    console.log(
      `      ${CONNECTIONS} slow bodies for ${SECONDS} s: ${(meanwhile.share * 100).toFixed(1)} % answered, p99 ` +
        `${meanwhile.p99.toFixed(1)} ms, before ${before.p99.toFixed(1)} ms; ${JSON.stringify([...slow.answers])}`,
    );
    assert.ok(inFlight < 10, `${inFlight} requests are under way`);
    assert.ok(open > CONNECTIONS * 0.9, `${open} were open`);
    assert.ok(meanwhile.share >= 0.99, `${meanwhile.share}`);
    assert.ok(meanwhile.p99 <= Math.max(LATE_MS, 1.5 * before.p99), `${meanwhile.p99}, ${before.p99}`);
    if (SECONDS >= 8) assert.deepEqual([...slow.answers.keys()], ["408"]);
  }).timeout(60_000 + SECONDS * 3000);
});
