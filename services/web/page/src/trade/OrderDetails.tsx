import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Order, OrderEvent } from "../api/types.ts";
import { dollars, fullTime, grouped, timeOf } from "../ui/format.ts";
import { Loaded } from "../ui/states.tsx";
import { StatusBadge } from "./OrderTable.tsx";
import { isUnfinished, useOrder, useOrderEvents } from "./order-queries.ts";

/** One order, and everything that happened to it. */
export function OrderDetails({ id }: { id: string }) {
  const order = useOrder(id);
  const events = useOrderEvents(id, order.data === undefined || isUnfinished(order.data));
  return (
    <section className="panel" aria-label="Order details">
      <header>
        <h2>Order</h2>
        <Link href="/orders" className="small">
          Close
        </Link>
      </header>
      <Loaded query={order} what="the order">
        {(found) => <Facts order={found} />}
      </Loaded>
      <h3 className="body-title">What happened</h3>
      <Loaded query={events} what="its events">
        {(items) => (
          <ol className="events">
            {items.map((event) => (
              <li key={event.version}>
                <time dateTime={event.at} title={fullTime(event.at)} className="muted">
                  {timeOf(event.at)}
                </time>
                <span>{eventText(event)}</span>
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </section>
  );
}

function Facts({ order }: { order: Order }) {
  const {
    id,
    side,
    symbol,
    quantity,
    filledQuantity = 0,
    averagePrice,
    limitPrice,
    reason,
    createdAt,
  } = order;
  const facts: [string, ReactNode][] = [
    ["Order", `${side === "buy" ? "Buy" : "Sell"} ${grouped(String(quantity))} ${symbol}`],
    ["Price", limitPrice ? `limit ${limitPrice}` : "market"],
    ["Status", <StatusBadge key="status" order={order} />],
    ["Filled", `${grouped(String(filledQuantity))}${averagePrice ? ` at ${averagePrice} on average` : ""}`],
    ["Placed", fullTime(createdAt)],
    ["Id", <code key="id">{id}</code>],
  ];
  if (reason) facts.push(["Why", reason]);
  return (
    <dl className="facts body">
      {facts.map(([name, value]) => (
        <div key={name} className="fact">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function eventText({ type, fill, reason, status }: OrderEvent): string {
  const end = reason ? ` ${reason}` : "";
  switch (type) {
    case "placed":
      return "Accepted and stored";
    case "opened":
      return "On the exchange's book";
    case "fill":
      return fill
        ? `${grouped(String(fill.quantity))} filled at ${fill.price} (${dollars(fill.amount)})${status === "filled" ? ": all of it" : ""}`
        : "Filled";
    case "closed":
      return `${status[0]?.toUpperCase()}${status.slice(1)}.${end}`;
    default:
      return `${type}${end}`;
  }
}
