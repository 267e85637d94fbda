import { once } from "node:events";
import type { WebSocket } from "ws";

interface Quote {
  symbol: string;
  seq: number;
  prev?: number;
}

interface Message {
  type: string;
  epoch?: string;
  quotes?: Quote[];
  code?: number;
  reconnectAfterMs?: number;
}

/** A client of the stream that checks, as docs/quotes.md says, that it has missed nothing. */
export interface Follower {
  ws: WebSocket;
  /** Sequence number by symbol. */
  quotes: Map<string, number>;
  /** Messages of type `update`. */
  updates: number;
  /** Quotes whose `prev` is not what was there, or whose epoch is another. */
  gaps: number;
  /** Quotes that took the place of more than one. */
  conflated: number;
  last: Message | undefined;
  say(text: string): void;
  subscribe(...symbols: string[]): void;
  unsubscribe(...symbols: string[]): void;
  /** Waits for messages until `done`. */
  until(done: () => boolean): Promise<void>;
  /** Resolves with the close code. */
  closed(): Promise<number>;
}

export function follow(ws: WebSocket): Follower {
  const opened = ws.readyState === ws.OPEN ? Promise.resolve() : once(ws, "open");
  const closed = once(ws, "close").then(([code]) => code as number);
  let epoch: string | undefined;
  opened.catch(() => undefined);
  ws.on("error", () => undefined);

  const follower: Follower = {
    ws,
    quotes: new Map(),
    updates: 0,
    gaps: 0,
    conflated: 0,
    last: undefined,
    say: (text) =>
      void opened.then(
        () => ws.send(text),
        () => undefined,
      ),
    subscribe: (...symbols) => {
      follower.say(JSON.stringify({ type: "subscribe", symbols }));
    },
    unsubscribe: (...symbols) => {
      follower.say(JSON.stringify({ type: "unsubscribe", symbols }));
    },
    until: async (done) => {
      const ended = closed.then((code) => {
        throw new Error(`the stream was closed: ${code}`);
      });
      ended.catch(() => undefined);
      while (!done()) await Promise.race([once(ws, "message"), ended]);
    },
    closed: () => closed,
  };
  ws.on("message", (data) => {
    const message = JSON.parse(String(data)) as Message;
    follower.last = message;
    if (message.epoch) {
      if (epoch !== undefined && epoch !== message.epoch) follower.gaps += 1;
      epoch = message.epoch;
    }
    if (message.type === "update") follower.updates += 1;
    for (const { symbol, seq, prev } of message.quotes ?? []) {
      const had = follower.quotes.get(symbol) ?? 0;
      if (message.type === "update" && prev !== 0 && prev !== had) follower.gaps += 1;
      if (prev !== undefined && seq > prev + 1) follower.conflated += 1;
      follower.quotes.set(symbol, seq);
    }
  });
  return follower;
}
