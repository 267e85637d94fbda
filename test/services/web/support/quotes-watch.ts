import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";

/** A page that misses an update asks for a snapshot, whose answer is here well within this. */
const CATCH_UP_MS = 10_000;

interface Message {
  type: string;
  epoch: string;
  quotes?: { symbol: string; seq: number; prev?: number; last: string }[];
}

/** Reads along what a page is sent of quotes, over all of its connections, and finds what it missed. */
export class QuotesWatch {
  /** Connections so far. */
  connections = 0;
  /** Quotes that came in updates, by symbol. */
  readonly updates = new Map<string, number>();
  /** The price that came last, by symbol. */
  readonly prices = new Map<string, string>();
  /** Symbols with an update that doesn't follow what came before, until a snapshot says how things are. */
  readonly missed = new Set<string>();

  constructor(page: Page) {
    page.on("websocket", (socket) => {
      if (!socket.url().endsWith("/ws/quotes")) return;
      this.connections += 1;
      const known = new Map<string, string>();
      for (const symbol of this.prices.keys()) this.missed.add(symbol);
      socket.on("framereceived", ({ payload }) => this.#receive(JSON.parse(String(payload)), known));
    });
  }

  /** Resolves when a snapshot has made up for every update that the page missed. */
  async complete(): Promise<void> {
    const end = Date.now() + CATCH_UP_MS;
    while (this.missed.size > 0) {
      if (Date.now() > end)
        throw new Error(`updates of ${[...this.missed].join(", ")} were never made up for`);
      await sleep(20);
    }
  }

  #receive({ type, epoch, quotes = [] }: Message, known: Map<string, string>): void {
    if (type !== "snapshot" && type !== "update") return;
    for (const { symbol, seq, prev, last } of quotes) {
      if (type === "snapshot") this.missed.delete(symbol);
      else {
        this.updates.set(symbol, (this.updates.get(symbol) ?? 0) + 1);
        if (known.get(symbol) !== `${epoch} ${prev}`) this.missed.add(symbol);
      }
      known.set(symbol, `${epoch} ${seq}`);
      this.prices.set(symbol, last);
    }
  }
}
