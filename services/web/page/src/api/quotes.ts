import { useCallback, useSyncExternalStore } from "react";
import { INSTRUMENTS } from "../../../../market/instruments.ts";
import { currentSession, onSession, sessionRefused } from "../app/session.ts";
import { type Quote, QuotesStream, type StreamState } from "./quotes-stream.ts";

const url = new URL("/ws/quotes", location.origin.replace(/^http/, "ws")).href;

/** The page's one stream of quotes, of all that is traded. */
export const quotes = new QuotesStream({
  url,
  symbols: [...INSTRUMENTS.keys()],
  token: () => currentSession()?.token,
  onExpired: () => sessionRefused(currentSession()?.token),
  soon: (run) => {
    // A page that isn't shown draws no pictures; its listeners must hear of quotes all the same.
    if (document.hidden) setTimeout(run, 500);
    else requestAnimationFrame(run);
  },
});

/** Keeps the stream connected while somebody is signed in. */
export function followSession(): void {
  const follow = () => (currentSession() ? quotes.start() : quotes.stop());
  onSession(follow);
  addEventListener("online", () => quotes.wake());
  document.addEventListener("visibilitychange", () => !document.hidden && quotes.wake());
  follow();
}

/** A symbol's newest quote; undefined until the first one. */
export function useQuote(symbol: string): Quote | undefined {
  const listen = useCallback((listener: () => void) => quotes.listen(symbol, listener), [symbol]);
  return useSyncExternalStore(listen, () => quotes.quote(symbol));
}

/** Its latest price alone, for what need not be drawn anew when only the book changes. */
export function useLast(symbol: string): string | undefined {
  const listen = useCallback((listener: () => void) => quotes.listen(symbol, listener), [symbol]);
  return useSyncExternalStore(listen, () => quotes.quote(symbol)?.last);
}

const listenToState = (listener: () => void) => quotes.onState(listener);

/** Whether quotes are the newest. */
export function useStreamState(): StreamState {
  return useSyncExternalStore(listenToState, () => quotes.state);
}
