import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { isWhole, type Status } from "../../local/status.ts";
import { Account } from "./account.ts";
import { Load } from "./load.ts";
import type { TestPlatform } from "./platform.ts";
import { shared } from "./shared.ts";

const SOCKETS = 200;
const MOVED_MS = 30_000;
const EVEN_MS = 60_000;

interface Message {
  type: string;
  epoch?: string;
  time?: number;
  reconnectAfterMs?: number;
  quotes?: { symbol: string; seq: number; prev?: number }[];
}

/** A client of the stream of quotes as docs/quotes.md describes it: it connects anew when it is asked to, and when it is cut off. */
class Client {
  /** The gateway's zone, where there is one on the way, and the epoch of the pod that serves it; none while it connects. */
  served: { by: string | undefined; epoch: string } | undefined;
  updates = 0;
  /** Updates that it missed while it was connected, or that a new connection's snapshot didn't make up for. */
  missed = 0;
  readonly #open: () => WebSocket;
  #ws: WebSocket | undefined;
  #ended = false;
  #latest = 0;

  constructor(open: () => WebSocket) {
    this.#open = open;
    this.#connect();
  }

  close(): void {
    this.#ended = true;
    this.#ws?.terminate();
  }

  #connect(): void {
    const ws = this.#open();
    const had = new Map<string, number>();
    let after = 500;
    this.#ws = ws;
    let by: string | undefined;
    ws.on("upgrade", ({ headers }) => {
      by = headers["x-zone"]?.toString();
    });
    ws.on("open", () => ws.send('{"type":"subscribe","symbols":["BHP","CBA"]}'));
    ws.on("message", (data) => {
      const { type, epoch, time = 0, reconnectAfterMs, quotes = [] } = JSON.parse(String(data)) as Message;
      if (epoch !== undefined) this.served = { by, epoch };
      if (type === "closing") after = reconnectAfterMs ?? after;
      if (type === "snapshot" && time < this.#latest) this.missed += 1;
      this.#latest = Math.max(this.#latest, time);
      if (type === "update") this.updates += 1;
      for (const { symbol, seq, prev } of quotes) {
        if (type === "update" && prev !== had.get(symbol)) this.missed += 1;
        had.set(symbol, seq);
      }
    });
    // Its close follows.
    ws.on("error", () => undefined);
    ws.on("close", () => {
      this.served = undefined;
      if (!this.#ended) setTimeout(() => this.#ended || this.#connect(), after);
    });
  }
}

/** Where the pods of a zone reach the service market-data: what a pod of the gateway there has in its environment. */
function marketData(status: Status, zone: string): string {
  const gateway = status.pods.find((pod) => pod.service === "gateway" && pod.zone === zone);
  const variables = readFileSync(`/proc/${gateway?.pid}/environ`, "utf8").split("\0");
  const url = variables.find((one) => one.startsWith("MARKET_DATA_URL="))?.slice("MARKET_DATA_URL=".length);
  return (url ?? assert.fail(`no gateway runs in ${zone}`)).replace("http", "ws");
}

/** The epoch and the zone of the pod that a zone's pods reach. */
async function podBehind(base: string): Promise<[epoch: string, zone: string]> {
  const response = await fetch(`${base.replace("ws", "http")}/api/quotes?symbols=BHP`);
  const { epoch } = (await response.json()) as { epoch: string };
  return [epoch, response.headers.get("x-zone") ?? ""];
}

describe("a zonal shift of the platform", () => {
  let platform: TestPlatform;
  let clients: Client[] = [];
  const zone = "ap-southeast-2c";

  before(async function () {
    this.timeout(180_000);
    platform = await shared();
  });
  afterEach(() => {
    for (const client of clients) client.close();
    clients = [];
  });

  const shift = (...more: string[]) =>
    platform.trizone(
      "shift",
      "start",
      "--away-from",
      "c",
      "--expires-in",
      "30m",
      "--comment",
      "drill",
      ...more,
    );
  const until = async (what: string, timeoutMs: number, holds: () => boolean): Promise<number> => {
    const begun = performance.now();
    while (!holds()) {
      if (performance.now() - begun > timeoutMs)
        throw new Error(`${what} did not come about in ${timeoutMs} ms`);
      await sleep(100);
    }
    return performance.now() - begun;
  };

  it(`moves ${SOCKETS} sockets within 30 s, none of which misses an update`, async function () {
    this.timeout(240_000);
    if (process.platform !== "linux") {
      console.log("      skipped: the address of a service is read from /proc");
      this.skip();
    }
    const status = await platform.status();
    const tokens = await Promise.all(["demo", "alice", "bob"].map((user) => platform.token(user)));
    // Some as browsers come, through both balancers; a user may have 8 to each pod, so the rest as the gateway's pods do.
    const url = `${platform.outputs.publicUrl.replace("http", "ws")}/ws/quotes`;
    const protocol = "trizone.quotes.v1";
    const browsers = Array.from(
      { length: 24 },
      (_, i) => () => new WebSocket(url, [protocol, `bearer.${tokens[i % tokens.length]}`]),
    );
    const bases = status.zones.map(({ name }) => marketData(status, name));
    const pods = Array.from({ length: SOCKETS - browsers.length }, (_, i) => () => {
      const headers = { "x-user-id": `user-${i}` };
      return new WebSocket(`${bases[i % bases.length]}/ws/quotes`, [protocol], { headers });
    });
    clients = [...browsers, ...pods].map((open) => new Client(open));
    await until("a stream for each client", 60_000, () =>
      clients.every(({ served, updates }) => served && updates > 0),
    );
    const zoneOf = new Map(await Promise.all(bases.map(podBehind)));
    const isIn = ({ served }: Client) => served?.by === zone || zoneOf.get(served?.epoch ?? "") === zone;
    const there = clients.filter(isIn);
    assert.ok(there.length >= SOCKETS / 5, `only ${there.length} sockets were in ${zone}`);

    await shift("--keep-database");
    const moved = () => clients.filter((client) => client.served && !isIn(client)).length;
    const ms = await until("the move of 99 % of the sockets", MOVED_MS, () => moved() >= SOCKETS * 0.99);
    console.log(
      `      ${there.length} sockets were in ${zone}; ${moved()} of ${SOCKETS} elsewhere after ${Math.round(ms)} ms`,
    );
    const before = clients.map(({ updates }) => updates);
    await until("updates after the move", 20_000, () =>
      clients.every(({ updates }, i) => updates > (before[i] ?? 0)),
    );
    assert.equal(
      clients.reduce((sum, { missed }) => sum + missed, 0),
      0,
      "updates were missed",
    );
    await platform.trizone("shift", "cancel", "--all");
  });

  it("takes the leases of the zone's pods elsewhere, and the database's primary", async function () {
    this.timeout(240_000);
    const account = new Account(platform.outputs.apiUrl, await platform.token());
    await account.fund();
    const { databases } = await platform.status();
    const letter = databases[0]?.primaryZone.at(-1) ?? "";
    const started = await platform.trizone(
      ...["shift", "start", "--away-from", letter, "--expires-in", "30m", "--comment", "drill"],
    );
    assert.match(started, /the database's primary leaves/);
    const after = await platform.until(
      ({ databases: [one] }) => one?.state === "available" && one.primaryZone.at(-1) !== letter,
    );
    assert.notEqual(after.databases[0]?.primaryZone, databases[0]?.primaryZone);
    // All shards are processed, whoever held them.
    const load = new Load({
      ...{ apiUrl: platform.outputs.apiUrl, token: await platform.token(), perSecond: 20 },
    });
    await sleep(4000);
    const sent = await load.stop();
    const orders = new Map((await account.settled()).map((order) => [order.id, order.status]));
    const accepted = sent.filter(({ status }) => status === 201);
    assert.ok(accepted.length > 20, `only ${accepted.length} orders were accepted`);
    assert.deepEqual(
      accepted.filter(({ id }) => orders.get(id ?? "") !== "filled"),
      [],
    );
    await platform.trizone("shift", "cancel", "--all");
  });

  it("leaves the spread even again within 60 s of a heal, and requests in all zones", async function () {
    this.timeout(240_000);
    await platform.trizone("zone", "kill", "c");
    await platform.until(({ zones }) => zones.some(({ name, ready }) => name === zone && !ready));
    await sleep(5000);
    await platform.trizone("zone", "heal", "c");
    const healed = Date.now();
    await platform.until(isWhole, EVEN_MS);
    console.log(`      even again ${((Date.now() - healed) / 1000).toFixed(1)} s after the heal`);
    const nodes = (status: Status) => status.balancers.flatMap((one) => one.nodes);
    await platform.until((status) => nodes(status).every(({ healthy }) => healthy), EVEN_MS);
  });
});
