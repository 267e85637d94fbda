/** A symbol's newest quote. Prices are decimal strings in dollars. */
export interface Quote {
  symbol: string;
  seq: number;
  bid: string;
  ask: string;
  bidSize: number;
  askSize: number;
  last: string;
  /** Shares since the day began. */
  volume: number;
}

type Message =
  | { type: "snapshot"; epoch: string; time: number; quotes: Quote[] }
  | { type: "update"; epoch: string; time: number; quotes: (Quote & { prev: number })[] }
  | { type: "heartbeat"; epoch: string; time: number }
  | { type: "closing"; reconnectAfterMs?: number }
  | { type: "error"; detail: string };

/** `live`: every quote is the newest. `stale`: nothing new came for a while. `down`: not connected, and trying to be. */
export type StreamState = "connecting" | "live" | "stale" | "down";

/** What the stream needs of its surroundings. */
export interface StreamArgs {
  url: string;
  symbols: readonly string[];
  /** The access token; nothing while nobody is signed in. */
  token(): string | undefined;
  /** The server says that the token has expired. */
  onExpired(): void;
  /** Runs a function before the next picture is drawn. */
  soon(run: () => void): void;
  open?(url: string, protocols: string[]): WebSocket;
  random?(): number;
}

const PROTOCOL = "trizone.quotes.v1";
/** The server says something at least every 5 s. */
const STALE_MS = 6000;
const SILENT_MS = 10_000;
const FIRST_MS = 500;
const LONGEST_MS = 15_000;
const EXPIRED = 4401;

/**
 * The quotes of all symbols over a WebSocket (docs/quotes.md): a snapshot, then what changes. A gap, which is an update
 * whose `prev` isn't the quote that is here, is closed by another snapshot; a lost connection by another one, after a
 * pause with jitter. Listeners of a symbol are called once a picture at most.
 */
export class QuotesStream {
  readonly #args: StreamArgs;
  readonly #quotes = new Map<string, Quote>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #stateListeners = new Set<() => void>();
  readonly #changed = new Set<string>();
  /** Symbols whose snapshot is on its way. */
  readonly #awaited = new Set<string>();
  #socket: WebSocket | undefined;
  #epoch = "";
  #failures = 0;
  #pauseMs: number | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #lastAt = 0;
  /** The server's time in its latest message. */
  #time = 0;
  #state: StreamState = "connecting";
  #gaps = 0;

  constructor(args: StreamArgs) {
    this.#args = args;
  }

  get state(): StreamState {
    return this.#state;
  }

  /** How many updates did not follow the quote that was here. */
  get gaps(): number {
    return this.#gaps;
  }

  quote(symbol: string): Quote | undefined {
    return this.#quotes.get(symbol);
  }

  /** Calls `listener` when the symbol's quote has changed. Returns what ends that. */
  listen(symbol: string, listener: () => void): () => void {
    const all = this.#listeners.get(symbol) ?? new Set();
    this.#listeners.set(symbol, all.add(listener));
    return () => all.delete(listener);
  }

  onState(listener: () => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  start(): void {
    this.#watch ??= setInterval(() => this.#look(), 1000);
    if (!this.#socket && this.#retry === undefined) this.#connect();
  }

  stop(): void {
    clearInterval(this.#watch);
    clearTimeout(this.#retry);
    this.#watch = undefined;
    this.#retry = undefined;
    this.#drop();
  }

  /** Connects now, if it isn't: the network is back. */
  wake(): void {
    if (this.#retry === undefined) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#connect();
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onclose = socket.onmessage = socket.onopen = socket.onerror = null;
    socket.close();
  }

  #connect(): void {
    const token = this.#args.token();
    if (!token) {
      this.#again();
      return;
    }
    const open = this.#args.open ?? ((url: string, protocols: string[]) => new WebSocket(url, protocols));
    this.#lastAt = Date.now();
    this.#time = 0;
    const socket = open(this.#args.url, [PROTOCOL, `bearer.${token}`]);
    this.#socket = socket;
    socket.onopen = () => this.#subscribe(this.#args.symbols);
    socket.onmessage = ({ data }) => this.#receive(String(data));
    socket.onclose = ({ code }) => {
      this.#socket = undefined;
      if (code === EXPIRED) this.#args.onExpired();
      this.#again();
    };
  }

  #again(): void {
    this.#setState("down");
    const random = this.#args.random ?? Math.random;
    const pause = this.#pauseMs ?? random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures);
    this.#pauseMs = undefined;
    this.#failures += 1;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#connect();
    }, pause);
  }

  #look(): void {
    if (!this.#socket) return;
    const silentMs = Date.now() - this.#lastAt;
    if (silentMs > SILENT_MS) {
      this.#drop();
      this.#again();
    } else if (silentMs > STALE_MS && this.#state === "live") this.#setState("stale");
  }

  #subscribe(symbols: readonly string[]): void {
    for (const symbol of symbols) this.#awaited.add(symbol);
    this.#socket?.send(JSON.stringify({ type: "subscribe", symbols }));
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as Message;
    this.#lastAt = Date.now();
    if (message.type === "closing") {
      this.#pauseMs = message.reconnectAfterMs;
      return;
    }
    if (message.type === "error") {
      console.error("The stream of quotes:", message.detail);
      return;
    }
    // A server whose quotes go on says a later time in each message, also when no quote has changed.
    const halted =
      message.type === "heartbeat" && message.epoch === this.#epoch && message.time <= this.#time;
    this.#time = message.time;
    if (message.type === "snapshot") {
      this.#epoch = message.epoch;
      this.#failures = 0;
      for (const quote of message.quotes) {
        this.#awaited.delete(quote.symbol);
        this.#put(quote);
      }
    } else if (message.epoch !== this.#epoch) {
      // Another pod's numbers: nothing that is here can be continued.
      this.#epoch = message.epoch;
      this.#gap(this.#args.symbols);
    } else if (message.type === "update") this.#update(message.quotes);
    this.#setState(halted ? "stale" : "live");
  }

  #update(quotes: readonly (Quote & { prev: number })[]): void {
    const missed: string[] = [];
    for (const quote of quotes) {
      if (this.#awaited.has(quote.symbol)) continue;
      if (this.#quotes.get(quote.symbol)?.seq === quote.prev) this.#put(quote);
      else missed.push(quote.symbol);
    }
    if (missed.length > 0) this.#gap(missed);
  }

  #gap(symbols: readonly string[]): void {
    this.#gaps += 1;
    this.#subscribe(symbols);
  }

  #put(quote: Quote): void {
    this.#quotes.set(quote.symbol, quote);
    if (this.#changed.size === 0) this.#args.soon(() => this.#flush());
    this.#changed.add(quote.symbol);
  }

  #flush(): void {
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const symbol of changed) for (const listener of this.#listeners.get(symbol) ?? []) listener();
  }

  #setState(state: StreamState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener();
  }
}
