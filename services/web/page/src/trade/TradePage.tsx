import { Link, useParams } from "wouter";
import { INSTRUMENTS } from "../../../../market/instruments.ts";
import { Empty } from "../ui/states.tsx";
import { ChartPanel } from "./ChartPanel.tsx";
import { OrdersPanel } from "./OrdersPanel.tsx";
import { Ticket } from "./Ticket.tsx";
import { WatchList } from "./WatchList.tsx";

const FIRST = "BHP";

/** Where one trades: what can be had, what it did, the ticket, and one's orders. */
export function TradePage() {
  const { symbol = FIRST } = useParams<{ symbol?: string }>();
  const instrument = INSTRUMENTS.get(symbol);
  return (
    <div className="trade">
      <h1 className="hidden-text">Trade {symbol}</h1>
      <WatchList selected={symbol} />
      {instrument ? (
        <>
          <ChartPanel key={symbol} symbol={symbol} name={instrument.name} />
          <Ticket symbol={symbol} />
        </>
      ) : (
        <section className="panel unknown">
          <Empty title={`“${symbol}” is not traded here`}>
            <Link href={`/trade/${FIRST}`}>Show {FIRST}</Link>
          </Empty>
        </section>
      )}
      <OrdersPanel symbol={symbol} />
    </div>
  );
}
