import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { closingMessage, pingFrame, textFrame } from "../../kit/client/websocket.ts";
import type { Entry, LatestQuotes } from "../latest-quotes.ts";
import { heartbeat, update } from "./messages.ts";

/** Bytes sent to one client and not acknowledged at most, in buffers here and in the network: pongs acknowledge bytes. */
const WINDOW = 64 * 1024;
/** A ping follows after this many bytes. */
const PING_EVERY = 16 * 1024;
/** A client whose oldest unanswered ping is older than this is slow, and gets only the newest quotes from then on. */
const SLOW_MS = 1000;
/** Something is sent at least this often. */
const HEARTBEAT_MS = 5000;
/** Without an answer for so long the client is gone. A window drains in this time at 1 KiB a second. */
const GONE_MS = 64_000;
const CLOSE_MS = 1000;

/** The clients that subscribed to the same symbols: all get the same frames. */
export interface Group {
  readonly key: string;
  readonly entries: readonly Entry[];
  readonly members: Set<Subscriber>;
}

/**
 * One client's connection. Either it was sent all quotes of its group up to the latest tick, or it is behind: then it is
 * sent nothing until it has acknowledged what it was sent, and after that the newest quotes in one update.
 */
export class Subscriber {
  readonly user: string;
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #latest: LatestQuotes;
  #group: Group | undefined;
  /** While behind: the sequence number of each quote that the client was sent, 0 for none. */
  #had: Map<Entry, number> | undefined;
  #sent = 0;
  #arrived = 0;
  #pingedAt = 0;
  /** Pings without an answer, the oldest first: what was sent before each, and the text that only its answer can bring. */
  readonly #pings: { text: string; sent: number; at: number }[] = [];
  #lastAt = performance.now();

  constructor(ws: WebSocket, socket: Socket, latest: LatestQuotes, user: string) {
    this.user = user;
    this.#ws = ws;
    this.#socket = socket;
    this.#latest = latest;
  }

  get group(): Group | undefined {
    return this.#group;
  }

  /** Bytes that are on their way to the client. */
  get inFlight(): number {
    return this.#sent - this.#arrived;
  }

  /** Puts the client into a group. `fresh` are the quotes that it is to get from the beginning, in `snapshot`'s frame. */
  join(group: Group | undefined, fresh: readonly Entry[], snapshot: Buffer | undefined): void {
    const had = this.#had;
    this.#group = group;
    if (had) {
      this.#had = new Map((group?.entries ?? []).map((entry) => [entry, had.get(entry) ?? 0]));
      for (const entry of fresh) this.#had.set(entry, 0);
    } else if (snapshot && !this.#write(snapshot)) {
      this.#had = new Map((group?.entries ?? []).map((entry) => [entry, entry.seq]));
      for (const entry of fresh) this.#had.set(entry, 0);
    }
  }

  /** Sends what changed in the group with this tick. False when the client is behind. */
  offer(frame: Buffer): boolean {
    if (this.#had) return false;
    if (this.#write(frame)) return true;
    const { tick } = this.#latest;
    this.#had = new Map(
      (this.#group?.entries ?? []).map((entry) => [
        entry,
        entry.changedAt === tick ? entry.seq - 1 : entry.seq,
      ]),
    );
    return false;
  }

  /**
   * Sends a message that is not a quote, even to a client that is behind. One that makes us answer and takes nothing in
   * is disconnected.
   */
  send(text: string): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    if (this.#unread > WINDOW) this.#ws.terminate();
    else this.#put(textFrame(text));
  }

  /** Says why, and when to come back; then closes. False when it closes already. */
  close(code: number, reason: string): boolean {
    if (this.#ws.readyState !== this.#ws.OPEN) return false;
    this.send(closingMessage(code, reason));
    this.#ws.close(code, reason);
    setTimeout(() => this.#ws.terminate(), CLOSE_MS).unref();
    return true;
  }

  /** Takes the answer to a ping: all that was sent before it has arrived. False when it answers none that is under way. */
  acknowledge(text: string): boolean {
    const answered = this.#pings.findIndex((ping) => ping.text === text);
    if (answered < 0) return false;
    for (const { sent } of this.#pings.splice(0, answered + 1)) this.#arrived = sent;
    if (this.#had) this.#catchUp(this.#had);
    return true;
  }

  /** To be called about every second: sends heartbeats on an idle connection, and ends one whose client is gone. */
  upkeep(now: number): void {
    const [oldest] = this.#pings;
    if (oldest && now - oldest.at > GONE_MS) {
      this.#ws.terminate();
    } else if (now - this.#lastAt > HEARTBEAT_MS && this.#ws.readyState === this.#ws.OPEN && !oldest) {
      this.#put(textFrame(heartbeat(this.#latest)));
      this.#ping();
    }
  }

  /** False, and nothing is sent, when too much is on its way or has been for too long. */
  #write(frame: Buffer): boolean {
    const [oldest] = this.#pings;
    if (this.#unread + frame.length > WINDOW) return false;
    if (oldest && performance.now() - oldest.at > SLOW_MS) return false;
    if (this.#ws.readyState !== this.#ws.OPEN) return true;
    this.#put(frame);
    return true;
  }

  /** Bytes that the client has not taken in: those without an acknowledgement, or what waits here where that is more. */
  get #unread(): number {
    return Math.max(this.inFlight, this.#socket.writableLength);
  }

  #put(frame: Buffer): void {
    this.#sent += frame.length;
    this.#lastAt = performance.now();
    this.#socket.write(frame);
    if (this.#sent - this.#pingedAt > PING_EVERY) this.#ping();
  }

  #ping(): void {
    // Random, so that nobody can answer it who has not read up to it.
    const text = randomUUID();
    this.#pingedAt = this.#sent;
    this.#pings.push({ text, sent: this.#sent, at: performance.now() });
    this.#socket.write(pingFrame(text));
  }

  #catchUp(had: Map<Entry, number>): void {
    const missed = [...had].filter(([entry, seq]) => entry.seq > seq).map(([entry]) => entry);
    if (missed.length > 0) {
      const frame = textFrame(update(this.#latest, missed, (entry) => had.get(entry) ?? 0));
      if (!this.#write(frame)) return;
      // Its answer says when the next update may go.
      this.#ping();
    }
    this.#had = undefined;
  }
}
