import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Quote,
  QuotesStream,
  type StreamArgs,
} from "../../../services/web/page/src/api/quotes-stream.ts";

const SYMBOLS = ["BHP", "CBA", "CSL"];

/** The server's side of one connection; what it sends can be lost. */
class FakeSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly asked: string[][] = [];
  closed = false;

  send(text: string): void {
    this.asked.push((JSON.parse(text) as { symbols: string[] }).symbols);
  }

  close(): void {
    this.closed = true;
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const quote = (symbol: string, seq: number): Quote => ({
  symbol,
  seq,
  bid: "1.00",
  ask: "1.01",
  bidSize: 1,
  askSize: 1,
  last: `1.${seq}`,
  volume: seq,
});

function begin(args: Partial<StreamArgs> = {}) {
  const sockets: FakeSocket[] = [];
  const offered: string[][] = [];
  const stream = new QuotesStream({
    url: "ws://page/ws/quotes",
    symbols: SYMBOLS,
    token: () => "token",
    onExpired: () => undefined,
    soon: (run) => run(),
    open: (_url, protocols) => {
      offered.push(protocols);
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    random: () => 0,
    ...args,
  });
  stream.start();
  return { stream, sockets, offered, socket: () => sockets.at(-1) as FakeSocket };
}

const snapshotOf = (epoch: string, seqs: ReadonlyMap<string, number>, symbols: readonly string[]) => ({
  type: "snapshot",
  epoch,
  time: 0,
  quotes: symbols.map((symbol) => quote(symbol, seqs.get(symbol) ?? 0)),
});

describe("the page's stream of quotes", () => {
  it("ends with the server's quotes, whatever is lost and however pods change, and never shows one out of order", () => {
    const step = fc.record({
      what: fc.constantFrom(
        "tick" as const,
        "tick" as const,
        "lost" as const,
        "answer" as const,
        "pod" as const,
      ),
      symbols: fc.subarray(SYMBOLS, { minLength: 1 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { stream, socket } = begin();
        const seqs = new Map(SYMBOLS.map((symbol) => [symbol, 1]));
        let epoch = 0;
        socket().onopen?.();
        const answer = () => {
          for (const symbols of socket().asked.splice(0))
            socket().say(snapshotOf(`e${epoch}`, seqs, symbols));
        };
        const tick = (symbols: readonly string[], lost: boolean) => {
          const quotes = symbols.map((symbol) => {
            const prev = seqs.get(symbol) ?? 0;
            seqs.set(symbol, prev + 1);
            return { ...quote(symbol, prev + 1), prev };
          });
          if (!lost) socket().say({ type: "update", epoch: `e${epoch}`, time: 0, quotes });
        };
        for (const { what, symbols } of steps) {
          if (what === "answer") answer();
          else if (what === "pod") {
            // A balancer moved the connection's far end: another pod numbers by itself.
            epoch += 1;
            for (const symbol of SYMBOLS) seqs.set(symbol, 1);
          } else tick(symbols, what === "lost");
        }
        tick(SYMBOLS, false);
        answer();
        for (const symbol of SYMBOLS) assert.equal(stream.quote(symbol)?.seq, seqs.get(symbol), symbol);
        stream.stop();
      }),
      { numRuns: 500 },
    );
  });

  it("asks again for what it missed, and only for that", () => {
    const { stream, socket } = begin();
    socket().onopen?.();
    assert.deepEqual(socket().asked, [SYMBOLS]);
    socket().say(snapshotOf("e", new Map(SYMBOLS.map((symbol) => [symbol, 5])), SYMBOLS));
    socket().say({
      type: "update",
      epoch: "e",
      quotes: [
        { ...quote("BHP", 6), prev: 5 },
        { ...quote("CBA", 9), prev: 8 },
      ],
    });
    assert.deepEqual(socket().asked.slice(1), [["CBA"]]);
    assert.deepEqual([stream.quote("BHP")?.seq, stream.quote("CBA")?.seq, stream.gaps], [6, 5, 1]);
    stream.stop();
  });

  it("connects again when the server says, else after a pause that grows, and at once when the network is back", async () => {
    const { stream, sockets, socket, offered } = begin();
    assert.deepEqual(offered[0], ["trizone.quotes.v1", "bearer.token"]);
    socket().onopen?.();
    socket().say({ type: "closing", code: 1012, reason: "The service restarts", reconnectAfterMs: 60_000 });
    socket().onclose?.({ code: 1012 });
    assert.equal(stream.state, "down");
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(sockets.length, 1);
    stream.wake();
    assert.equal(sockets.length, 2);
    socket().onclose?.({ code: 1006 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(sockets.length, 3, "no jitter was drawn");
    stream.stop();
    assert.ok(socket().closed);
  });

  it("spreads its pauses evenly up to a bound", async () => {
    const draws: number[] = [];
    const random = () => {
      draws.push(1);
      return 0;
    };
    const { stream, sockets, socket } = begin({ random });
    for (let i = 1; i <= 5; i += 1) {
      socket().onclose?.({ code: 1006 });
      await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal(sockets.length, i + 1);
    }
    assert.equal(draws.length, 5);
    stream.stop();
  });

  it("says that the token has expired, and connects with the next one", async () => {
    let token = "old";
    const expired: string[] = [];
    const { stream, offered, socket } = begin({
      token: () => token,
      onExpired: () => {
        expired.push(token);
        token = "new";
      },
    });
    socket().onopen?.();
    socket().onclose?.({ code: 4401 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual([expired, offered.at(-1)?.[1]], [["old"], "bearer.new"]);
    stream.stop();
  });
});
