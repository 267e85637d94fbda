import type { Page, WebSocketRoute } from "playwright-core";

export interface QuotesMessage {
  type: string;
  epoch: string;
  time: number;
  quotes?: { symbol: string; last: string }[];
}

/** What passes between a page and the stream of quotes, which can be kept from the page. */
export interface QuotesTap {
  /** Whether a message of the server's goes on to the page. */
  passes: (message: QuotesMessage) => boolean;
  /** Connections that the page made. */
  sockets: number;
  /** Called with each list of symbols that the page asks for. */
  onAsked: (symbols: string[]) => void;
  /** The newest price that the page was sent, by symbol. */
  readonly prices: Map<string, string>;
  /** Has the server say that it is there but that nothing has gone on since its latest message. */
  halt(): void;
}

/** Taps the stream of a page's next document. */
export async function tapQuotes(page: Page): Promise<QuotesTap> {
  let socket: WebSocketRoute | undefined;
  let latest: QuotesMessage | undefined;
  const tap: QuotesTap = {
    passes: () => true,
    sockets: 0,
    onAsked: () => undefined,
    prices: new Map(),
    halt() {
      const { epoch, time } = latest ?? { epoch: "", time: 0 };
      tap.passes = () => false;
      socket?.send(JSON.stringify({ type: "heartbeat", epoch, time }));
    },
  };
  await page.routeWebSocket(/\/ws\/quotes$/, (opened) => {
    socket = opened;
    tap.sockets += 1;
    const server = opened.connectToServer();
    opened.onMessage((text) => {
      tap.onAsked((JSON.parse(String(text)) as { symbols: string[] }).symbols);
      server.send(text);
    });
    server.onMessage((text) => {
      const message = JSON.parse(String(text)) as QuotesMessage;
      if (!tap.passes(message)) return;
      latest = message;
      for (const { symbol, last } of message.quotes ?? []) tap.prices.set(symbol, last);
      opened.send(text);
    });
  });
  return tap;
}
