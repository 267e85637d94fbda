import { useMemo, useState } from "react";
import { useParams } from "wouter";
import { INSTRUMENTS } from "../../../../market/instruments.ts";
import { Select } from "../ui/controls.tsx";
import { More } from "../ui/More.tsx";
import { Empty, Loaded } from "../ui/states.tsx";
import { OrderDetails } from "./OrderDetails.tsx";
import { OrderTable } from "./OrderTable.tsx";
import { type Status, useOrderNews, useOrders } from "./order-queries.ts";

const STATUSES = [
  ["", "Any status"],
  ["accepted", "Accepted"],
  ["open", "Open"],
  ["filled", "Filled"],
  ["cancelled", "Cancelled"],
  ["rejected", "Rejected"],
  ["expired", "Expired"],
] as const;

const SYMBOLS = [
  ["", "Any share"] as const,
  ...[...INSTRUMENTS.keys()].sort().map((one) => [one, one] as const),
];

/** All of the user's orders, and one of them with its events. */
export default function OrdersPage() {
  const { id } = useParams<{ id?: string }>();
  const [status, setStatus] = useState("");
  const [symbol, setSymbol] = useState("");
  const orders = useOrders({
    status: (status || undefined) as Status | undefined,
    symbol: symbol || undefined,
  });
  const all = useMemo(() => orders.data?.pages.flatMap(({ items }) => items) ?? [], [orders.data]);
  useOrderNews(all);
  return (
    <div className={id ? "page columns" : "page"}>
      <section className="panel" aria-label="Orders">
        <header>
          <h1>Orders</h1>
          <div className="row">
            <Select
              label="Status"
              options={STATUSES}
              value={status}
              onChange={({ target }) => setStatus(target.value)}
            />
            <Select
              label="Share"
              options={SYMBOLS}
              value={symbol}
              onChange={({ target }) => setSymbol(target.value)}
            />
          </div>
        </header>
        <Loaded query={{ ...orders, data: orders.data && all }} what="your orders" rows={10}>
          {(items) =>
            items.length > 0 ? (
              <OrderTable orders={items} label="All orders" />
            ) : (
              <Empty title={status || symbol ? "No order is like this" : "No orders yet"} />
            )
          }
        </Loaded>
        <More query={orders} count={all.length} what="orders" />
      </section>
      {id && <OrderDetails key={id} id={id} />}
    </div>
  );
}
