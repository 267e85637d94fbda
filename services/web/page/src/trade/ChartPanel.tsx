import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { api, get } from "../api/client.ts";
import { useQuote } from "../api/quotes.ts";
import { Segments } from "../ui/controls.tsx";
import { grouped } from "../ui/format.ts";
import { loadPart } from "../ui/load-part.ts";
import { Change, Price } from "../ui/numbers.tsx";
import { Loaded, Loading } from "../ui/states.tsx";
import { useCloses } from "./account-queries.ts";
import { asSeries, INTERVALS, type Interval } from "./candles.ts";
import { changeOf, changePercent } from "./WatchList.tsx";

const Chart = lazy(loadPart(() => import("./Chart.tsx")));

const OPTIONS = (Object.keys(INTERVALS) as Interval[]).map((value) => ({ value, text: value as string }));
const CANDLES = 180;

/** A share's price: now, and what it did. */
export function ChartPanel({ symbol, name }: { symbol: string; name: string }) {
  const [interval, choose] = useState<Interval>("1m");
  const length = INTERVALS[interval];
  const history = useQuery({
    queryKey: ["history", symbol, interval],
    queryFn: async () => {
      const from = new Date(Date.now() - CANDLES * length).toISOString();
      const query = { interval, from };
      const { items } = await get(
        api.GET("/api/quotes/{symbol}/history", { params: { path: { symbol: symbol as "BHP" }, query } }),
      );
      return asSeries(items);
    },
    refetchInterval: Math.min(60_000, Math.max(5000, length)),
  });
  return (
    <section className="panel chart" aria-label={`Price of ${symbol}`}>
      <header>
        <Head symbol={symbol} name={name} />
        <Segments
          label="Length of a candle"
          compact
          value={interval}
          options={OPTIONS}
          onChange={(next) => choose(next)}
        />
      </header>
      <div className="plot">
        <Loaded query={history} what="the price history" rows={8}>
          {(series) => (
            <Suspense fallback={<Loading what="the chart" rows={8} />}>
              <Chart symbol={symbol} interval={interval} series={series} />
            </Suspense>
          )}
        </Loaded>
      </div>
    </section>
  );
}

function Head({ symbol, name }: { symbol: string; name: string }) {
  const quote = useQuote(symbol);
  const close = useCloses()?.get(symbol);
  return (
    <div className="quote-head">
      <div>
        <h2>{symbol}</h2>
        <span className="muted small">{name}</span>
      </div>
      <span className="big">{quote?.last ?? "–"}</span>
      <span className="small change">
        <Change value={changeOf(quote?.last, close)} />{" "}
        <Change value={changePercent(quote?.last, close)} unit="%" plain />
      </span>
      <dl className="book">
        <div>
          <dt>Bid</dt>
          <dd>
            <Price value={quote?.bid} />{" "}
            <span className="muted">× {grouped(String(quote?.bidSize ?? 0))}</span>
          </dd>
        </div>
        <div>
          <dt>Ask</dt>
          <dd>
            <Price value={quote?.ask} />{" "}
            <span className="muted">× {grouped(String(quote?.askSize ?? 0))}</span>
          </dd>
        </div>
        <div>
          <dt>Volume</dt>
          <dd>{quote ? grouped(String(quote.volume)) : "–"}</dd>
        </div>
      </dl>
    </div>
  );
}
