import { z } from "zod";
import { Peer } from "../kit/client/peer.ts";
import type { Logger } from "../kit/telemetry/index.ts";
import { TICK_MS } from "../market/index.ts";

const Quotes = z.object({ items: z.array(z.object({ symbol: z.string(), last: z.string() })) });

const TIMEOUT_MS = 300;
/** After a failure no request waits for quotes for this many milliseconds. */
const PAUSE_MS = 1000;

/** Prices of the latest trades, from `market-data`: fetched at most once a tick. */
export class Prices {
  readonly #peer: Peer | undefined;
  readonly #log: Logger;
  #prices: ReadonlyMap<string, string> = new Map();
  #until = 0;
  #asking: Promise<void> | undefined;

  /** @param url of `market-data`; without it there are no prices */
  constructor(url: string | undefined, log: Logger) {
    this.#peer =
      url === undefined ? undefined : new Peer({ url, name: "market-data", connectTimeoutMs: 200 });
    this.#log = log;
  }

  /** Decimal strings in dollars by symbol; none while quotes are away. Never rejects. */
  async latest(): Promise<ReadonlyMap<string, string>> {
    if (this.#peer && performance.now() >= this.#until) {
      this.#asking ??= this.#ask(this.#peer).finally(() => {
        this.#asking = undefined;
      });
      await this.#asking;
    }
    return this.#prices;
  }

  async close(): Promise<void> {
    await this.#peer?.close();
  }

  async #ask(peer: Peer): Promise<void> {
    try {
      const { body } = await peer.get("/api/quotes", { timeoutMs: TIMEOUT_MS, tries: 1 });
      this.#prices = new Map(Quotes.parse(body).items.map(({ symbol, last }) => [symbol, last]));
      this.#until = performance.now() + TICK_MS;
    } catch (error) {
      this.#log.warn(
        { err: error },
        "market-data did not give quotes; portfolios have no market values for now",
      );
      this.#prices = new Map();
      this.#until = performance.now() + PAUSE_MS;
    }
  }
}
