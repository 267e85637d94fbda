import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, get } from "../api/client.ts";
import type { Market } from "../api/types.ts";
import { duration } from "../ui/format.ts";

const clock = new Intl.DateTimeFormat("en-AU", {
  timeZone: "Australia/Sydney",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

const POLL_MS = 30_000;
/** The exchange may say for a moment longer what was true until now. */
const LEAST_MS = 1000;

/** When the exchange trades, by its own clock; asked for again at the moment at which it opens or closes. */
export function useMarket() {
  return useQuery({
    queryKey: ["market"],
    queryFn: async () => ({ market: await get(api.GET("/api/market", {})), askedAt: Date.now() }),
    refetchInterval: ({ state: { data } }) =>
      data ? Math.min(POLL_MS, Math.max(LEAST_MS, changesIn(data))) : POLL_MS,
  });
}

interface Found {
  market: Market;
  /** When it was answered, by this machine's clock. */
  askedAt: number;
}

/** The time as the exchange has it: this machine's clock may be wrong. */
function exchangeNow(found: Found | undefined): number {
  return found ? Date.parse(found.market.now) + (Date.now() - found.askedAt) : Date.now();
}

/** Milliseconds until the market opens, where it is closed, or closes. */
const changesIn = (found: Found): number =>
  Date.parse(found.market.opensAt ?? found.market.closesAt) - exchangeNow(found);

/** Sydney's time, whether the market is open, and for how long. Not a live region: it would never be quiet. */
export function MarketClock() {
  const { data } = useMarket();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const now = exchangeNow(data);
  const market = data?.market;
  const until = data && changesIn(data);
  return (
    <section className="clock" aria-label="Market">
      {market && (
        <span className={`badge ${market.open ? "good" : "wait"}`}>
          <span aria-hidden="true">{market.open ? "●" : "○"}</span> {market.open ? "Open" : "Closed"}
        </span>
      )}
      {until !== undefined && (
        <span className="muted small countdown">
          {market?.open ? (market.hours === "always" ? "day ends in" : "closes in") : "opens in"}{" "}
          {duration(until)}
        </span>
      )}
      <span className="small">
        {clock.format(now)} <abbr title="Sydney time">Sydney</abbr>
      </span>
    </section>
  );
}
