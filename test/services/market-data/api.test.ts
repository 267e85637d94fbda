import assert from "node:assert/strict";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { INSTRUMENTS } from "../../../services/market/instruments.ts";
import { type RunningPod, startPod } from "../../support/pod.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { databaseEnv, migrate } from "../../support/stack.ts";
import { follow } from "./follow.ts";

interface Quotes {
  epoch: string;
  time: number;
  items: { symbol: string; bid: string; ask: string; last: string; volume: number }[];
}

describe("market-data", () => {
  let postgres: TestPostgres;
  let pods: RunningPod[];
  let pod: RunningPod;

  before(async () => {
    postgres = await startPostgres();
    await migrate(postgres);
    const start = (name: string) =>
      startPod("market-data", {
        ...databaseEnv(postgres, "market-data"),
        POD_NAME: name,
        STREAM_CONNECTIONS: "6",
        STREAM_CONNECTIONS_PER_USER: "3",
      });
    pods = await Promise.all(["one", "two"].map(start));
    pod = pods[0] as RunningPod;
  });
  after(async () => {
    await Promise.all((pods ?? []).map((one) => one.stop()));
    await postgres?.stop();
  });

  const quotes = async (query = "", from = pod) => {
    const response = await fetch(`${from.url}/api/quotes${query}`);
    assert.equal(response.status, 200);
    return (await response.json()) as Quotes;
  };
  const connect = (user = "ann", from = pod) =>
    new WebSocket(`${from.url.replace("http", "ws")}/ws/quotes`, "trizone.quotes.v1", {
      headers: { "x-user-id": user },
    });

  it("tells the quotes of all symbols, or of those that are asked for in their order", async () => {
    assert.deepEqual(
      (await quotes()).items.map(({ symbol }) => symbol),
      [...INSTRUMENTS.keys()],
    );
    const { items } = await quotes("?symbols=CBA,BHP");
    assert.deepEqual(
      items.map(({ symbol }) => symbol),
      ["CBA", "BHP"],
    );
    for (const { bid, ask } of items) assert.ok(Number(bid) < Number(ask));
    for (const query of ["?symbols=NONE", "?symbols=", "?symbol=BHP", `?symbols=${"A".repeat(600)}`]) {
      // What has been written for others in the same tick is no answer.
      await quotes();
      assert.equal((await fetch(`${pod.url}/api/quotes${query}`)).status, 400, query);
    }
  });

  it("answers 304 within a tick, and new quotes after it", async () => {
    let [same, changed] = [0, 0];
    const deadline = performance.now() + 10_000;
    while (same === 0 || changed === 0) {
      const etag = (await fetch(`${pod.url}/api/quotes`)).headers.get("etag") ?? "";
      const again = await fetch(`${pod.url}/api/quotes`, { headers: { "if-none-match": etag } });
      if (again.status === 304) same += 1;
      else assert.notEqual(again.headers.get("etag"), etag);
      await sleep(100);
      changed +=
        (await fetch(`${pod.url}/api/quotes`, { headers: { "if-none-match": etag } })).status === 200 ? 1 : 0;
      assert.ok(performance.now() < deadline, `${same} same, ${changed} changed`);
    }
  });

  it("has the same quotes in every pod, with the trades made here", async () => {
    const settled = async () => {
      for (;;) {
        const [one, two] = await Promise.all(pods.map((each) => quotes("?symbols=BHP,CBA", each)));
        if (one && two && one.time === two.time) return [one, two] as const;
      }
    };
    const same = async () => {
      const [one, two] = await settled();
      return (
        JSON.stringify(one.items.map(({ bid, ask, volume }) => [bid, ask, volume])) ===
        JSON.stringify(two.items.map(({ bid, ask, volume }) => [bid, ask, volume]))
      );
    };
    assert.ok(await same());
    const [before] = await settled();
    const event = (n: number) => ({
      position: `5.1.${n}`,
      orderId: "0193a7f0-0000-7000-8000-000000000001",
      userId: "ann",
      type: "fill",
      at: new Date().toISOString(),
      symbol: "BHP",
      side: "buy",
      fill: { id: `f${n}`, quantity: 5_000_000, price: "1.23", amount: "6150000.00" },
    });
    const batch = JSON.stringify({ after: null, position: "5.1.2", events: [event(1), event(2)] });
    const send = (to = pod) =>
      fetch(`${to.url}/internal/events`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: batch,
      });
    // Again, to another pod, as when an answer was late.
    assert.equal((await send()).status, 200);
    assert.equal((await send(pods[1])).status, 200);
    const deadline = performance.now() + 10_000;
    for (;;) {
      const [one, two] = await settled();
      const more = (each: Quotes) => (each.items[0]?.volume ?? 0) - (before.items[0]?.volume ?? 0);
      if (more(one) > 9_000_000 && more(two) > 9_000_000) {
        assert.ok(more(one) < 15_000_000 && more(two) < 15_000_000, "counted twice");
        break;
      }
      assert.ok(performance.now() < deadline, `${more(one)} and ${more(two)}`);
      await sleep(20);
    }
    assert.ok(await same());
  });

  it("tells a pod that starts of the day's trades", async () => {
    const late = await startPod("market-data", { ...databaseEnv(postgres, "market-data"), POD_NAME: "late" });
    const deadline = performance.now() + 10_000;
    try {
      for (;;) {
        const [known, other] = await Promise.all([quotes("?symbols=BHP"), quotes("?symbols=BHP", late)]);
        if (Math.abs((known.items[0]?.volume ?? 0) - (other.items[0]?.volume ?? 0)) < 1_000_000) break;
        assert.ok(performance.now() < deadline, "it does not know them");
        await sleep(20);
      }
    } finally {
      await late.stop();
    }
  });

  it("goes on with the bus after the database was away", async () => {
    await postgres.crash();
    assert.equal((await quotes()).items.length, INSTRUMENTS.size);
    await postgres.start();
    const deadline = performance.now() + 20_000;
    for (;;) {
      const { rows } = await postgres.query(
        "SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'bus'",
      );
      if (rows[0].count === 2) break;
      assert.ok(performance.now() < deadline, "not connected again");
      await sleep(50);
    }
  });

  it("tells the history in candles, which are bounded", async () => {
    const from = "2026-01-05T00:00:00.000Z";
    const history = async (query: string) => {
      const response = await fetch(`${pod.url}/api/quotes/BHP/history?${query}`);
      assert.equal(response.status, 200, await response.clone().text());
      return (
        (await response.json()) as { items: { time: string; open: string; high: string; low: string }[] }
      ).items;
    };
    const minutes = await history(`from=${from}&to=2026-01-05T01:00:00.000Z&interval=1m`);
    assert.equal(minutes.length, 60);
    assert.equal(minutes[0]?.time, from);
    for (const { open, high, low } of minutes)
      assert.ok(Number(low) <= Number(open) && Number(open) <= Number(high));
    assert.equal((await history("")).length, 101);
    const bad = [
      "interval=2m",
      `from=${from}&interval=1s`,
      "from=3000-01-01T00:00:00Z",
      "from=1",
      "to=1970-01-01T00:00:00Z",
    ];
    for (const query of bad) {
      assert.equal((await fetch(`${pod.url}/api/quotes/BHP/history?${query}`)).status, 400, query);
    }
    assert.equal((await fetch(`${pod.url}/api/quotes/NONE/history`)).status, 404);
  });

  it("streams a snapshot and then each change, without a gap", async () => {
    const client = follow(connect());
    client.subscribe("BHP", "CBA");
    await client.until(() => client.updates >= 10);
    client.subscribe("XRO");
    await client.until(() => client.quotes.size === 3 && client.updates >= 20);
    client.unsubscribe("BHP", "CBA");
    await client.until(() => client.last?.quotes?.length === 1);
    assert.equal(client.gaps, 0);
    assert.equal(client.ws.protocol, "trizone.quotes.v1");
    client.ws.close();
    await once(client.ws, "close");
  });

  it("refuses what it does not know: users, paths, messages", async () => {
    const refusal = async (ws: WebSocket) => ((await once(ws, "error")) as [Error])[0].message;
    const url = pod.url.replace("http", "ws");
    assert.match(await refusal(new WebSocket(`${url}/ws/quotes`)), /401/);
    assert.match(await refusal(new WebSocket(`${url}/ws/other`, { headers: { "x-user-id": "a" } })), /404/);
    for (const text of [
      "nonsense",
      "{}",
      '{"type":"subscribe","symbols":[]}',
      '{"type":"x","symbols":["BHP"]}',
    ]) {
      const client = follow(connect());
      client.say(text);
      assert.deepEqual(await client.closed(), 4400, text);
    }
    const large = follow(connect());
    large.say("x".repeat(5000));
    assert.equal(await large.closed(), 1009);
    assert.deepEqual([large.last?.type, large.last?.code], ["closing", 1009]);
    const binary = follow(connect());
    await once(binary.ws, "open");
    binary.ws.send(Buffer.of(0xff), { binary: false });
    assert.equal(await binary.closed(), 1007);
    assert.deepEqual([binary.last?.type, binary.last?.code], ["closing", 1007]);
    const unknown = follow(connect());
    unknown.subscribe("BHP", "NONE");
    await unknown.until(() => unknown.last?.type === "error");
    assert.equal(unknown.quotes.size, 0);
    const talker = follow(connect());
    for (let i = 0; i < 50; i += 1) talker.subscribe("BHP");
    assert.equal(await talker.closed(), 4429);
    unknown.ws.close();
    await once(unknown.ws, "close");
  });

  it("limits connections of a user and of the pod, and says when to come back", async () => {
    const clients = ["ann", "ann", "ann", "ann"].map((user) => follow(connect(user)));
    const over = clients[3] as (typeof clients)[number];
    assert.equal(await Promise.race(clients.map((client) => client.closed())), 4429);
    assert.ok([...clients].some((client) => client.last?.type === "closing"));
    const more = ["bob", "bob", "bob", "cat"].map((user) => follow(connect(user)));
    assert.equal(await Promise.race(more.map((client) => client.closed())), 1013);
    for (const client of [...clients, ...more]) client.ws.close();
    await Promise.all([...clients, ...more].map((client) => client.closed()));
    assert.ok(over);
  });

  it("sends clients elsewhere when its zone is shifted away, and when it stops", async () => {
    const client = follow(connect("ann", pods[1]));
    client.subscribe("BHP");
    await client.until(() => client.updates > 0);
    const drained = await fetch(`${pods[1]?.admin}/drain-connections`, { method: "POST" });
    assert.deepEqual(await drained.json(), { closed: 1 });
    assert.equal(await client.closed(), 1012);
    const { reconnectAfterMs = -1 } = client.last ?? {};
    assert.ok(reconnectAfterMs >= 0 && reconnectAfterMs <= 5000);

    const again = follow(connect("ann", pods[1]));
    again.subscribe("BHP");
    await again.until(() => again.updates > 0);
    const stopped = pods[1]?.stop();
    assert.equal(await again.closed(), 1012);
    assert.equal(await stopped, 0);
    pods.pop();
  });
});
