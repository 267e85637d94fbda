import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Logger } from "../kit/telemetry/index.ts";
import type { OrderEvent } from "../market/index.ts";
import { dayOf, parsePrice, TICK_MS, tickAt } from "../market/index.ts";
import { type Bus, MAX_MESSAGE } from "./bus/index.ts";
import { type Tape, TapeEntry, TapeState } from "./tape.ts";

const Message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("trades"), entries: z.array(TapeEntry) }),
  /** A pod that starts asks the others for the day so far. */
  z.object({ type: z.literal("hello"), from: z.string() }),
  z.object({ type: z.literal("day"), to: z.string(), state: TapeState }),
]);

type Message = z.infer<typeof Message>;

/** Batches that wait for the next message at most; more are dropped, as only what users see depends on them. */
const MAX_WAITING = 1000;
const HELLOS = 5;
const HELLO_MS = 500;

/**
 * Shares the tape among all pods, in one message a tick: the feed sends each batch of trades to one pod only, and all pods
 * have to show the same.
 */
export class SharedTape {
  readonly #bus: Bus;
  readonly #tape: Tape;
  readonly #log: Logger;
  readonly #name: string;
  #waiting: TapeEntry[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Whether another pod's state of the day was taken over. */
  #begun = false;
  readonly #stopping = new AbortController();

  /** @param name of the pod */
  constructor(bus: Bus, tape: Tape, name: string, log: Logger) {
    this.#bus = bus;
    this.#tape = tape;
    this.#name = name;
    this.#log = log;
    bus.onMessage = (text) => this.#receive(text);
  }

  /** Asks the other pods for the day so far, a few times, as the bus or they may not be there yet. Never rejects. */
  async begin(): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 1; attempt <= HELLOS && !this.#begun && !signal.aborted; attempt += 1) {
      await this.#publish({ type: "hello", from: this.#name }).catch((error: unknown) =>
        this.#log.debug(
          { err: error },
          "the other pods can't be asked yet for the day's trades; trying again",
        ),
      );
      await sleep(HELLO_MS * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
    }
  }

  /** Takes a batch of the feed, and sends its trades to all pods within a tick. */
  add(position: string, events: readonly OrderEvent[], now = Date.now()): void {
    const trades: TapeEntry["trades"] = {};
    const counted = new Set<string>();
    for (const { symbol, fill } of events) {
      const price = fill && parsePrice(fill.price);
      // A trade between two users is a fill of each, under one id.
      if (!price || counted.has(fill.id)) continue;
      counted.add(fill.id);
      trades[symbol] = [price, (trades[symbol]?.[1] ?? 0) + fill.quantity];
    }
    if (Object.keys(trades).length === 0 || this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push({ id: position, tick: tickAt(now), trades });
    this.#timer ??= setTimeout(() => this.#flush(), TICK_MS - (now % TICK_MS));
  }

  stop(): void {
    this.#stopping.abort();
    clearTimeout(this.#timer);
  }

  #flush(): void {
    const entries = this.#waiting;
    this.#waiting = [];
    this.#timer = undefined;
    for (const chunk of chunksOf(entries)) {
      this.#publish({ type: "trades", entries: chunk }).catch((error: unknown) => {
        this.#log.warn({ err: error }, "trades reached no other pod");
        for (const entry of chunk) this.#tape.add(entry);
      });
    }
  }

  #receive(text: string): void {
    const message = read(text);
    if (!message) this.#log.warn("ignored a message on the bus that has no known type");
    else if (message.type === "trades") for (const entry of message.entries) this.#tape.add(entry);
    else if (message.type === "day") this.#adopt(message);
    else if (message.from !== this.#name && this.#tape.state().day === dayOf(tickAt(Date.now()))) {
      this.#publish({ type: "day", to: message.from, state: this.#tape.state() }).catch((error: unknown) =>
        this.#log.info({ err: error }, "could not send the day's trades to a pod that starts"),
      );
    }
  }

  /** The first answer counts. */
  #adopt({ to, state }: Extract<Message, { type: "day" }>): void {
    if (to !== this.#name || this.#begun) return;
    this.#begun = true;
    this.#tape.adopt(state);
  }

  #publish(message: Message): Promise<void> {
    return this.#bus.publish(JSON.stringify(message));
  }
}

/** Entries in chunks that fit into a message each. */
function chunksOf(entries: readonly TapeEntry[]): TapeEntry[][] {
  const chunks: TapeEntry[][] = [];
  let room = 0;
  for (const entry of entries) {
    const size = JSON.stringify(entry).length + 1;
    if (size > room) {
      chunks.push([]);
      room = MAX_MESSAGE - 100;
    }
    chunks.at(-1)?.push(entry);
    room -= size;
  }
  return chunks;
}

function read(text: string): Message | undefined {
  try {
    return Message.safeParse(JSON.parse(text)).data;
  } catch {
    // Not JSON; the caller refuses it like any other unknown message.
    return undefined;
  }
}
