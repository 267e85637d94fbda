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

/** When the exchange trades, by its own clock. */
export function useMarket() {
  return useQuery({
    queryKey: ["market"],
    queryFn: async () => ({ market: await get(api.GET("/api/market", {})), askedAt: Date.now() }),
    refetchInterval: 30_000,
  });
}

/** The time as the exchange has it: this machine's clock may be wrong. */
function exchangeNow(found: { market: Market; askedAt: number } | undefined): number {
  return found ? Date.parse(found.market.now) + (Date.now() - found.askedAt) : Date.now();
}

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
  const until = market && Date.parse(market.opensAt ?? market.closesAt) - now;
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
