import { useState } from "react";
import { Link } from "wouter";
import type { Order } from "../api/types.ts";
import { Confirm } from "../ui/Dialog.tsx";
import { grouped, timeOf } from "../ui/format.ts";
import { Price } from "../ui/numbers.tsx";
import { ScrollRegion } from "../ui/ScrollRegion.tsx";
import { Notice, Refused } from "../ui/states.tsx";
import { isUnfinished, statusText, useCancel } from "./order-queries.ts";

const LOOKS: Record<Order["status"], string> = {
  accepted: "wait",
  open: "info",
  filled: "good",
  cancelled: "",
  rejected: "bad",
  expired: "",
};

/** An order's state by word and colour. */
export function StatusBadge({ order }: { order: Order }) {
  return <span className={`badge ${LOOKS[order.status]}`}>{statusText(order)}</span>;
}

/** Orders, newest first, with what can be done about them. */
export function OrderTable({ orders, label }: { orders: readonly Order[]; label: string }) {
  const cancel = useCancel();
  const [asked, setAsked] = useState<Order>();
  return (
    <>
      {cancel.error && (
        <Notice kind="bad" onClose={() => cancel.reset()}>
          <Refused error={cancel.error} />
        </Notice>
      )}
      <ScrollRegion label={label}>
        <table className="orders">
          <thead>
            <tr>
              <th scope="col">Time (Sydney)</th>
              <th scope="col">Share</th>
              <th scope="col">Side</th>
              <th scope="col" className="number">
                Filled / quantity
              </th>
              <th scope="col" className="number">
                Limit
              </th>
              <th scope="col" className="number">
                Average
              </th>
              <th scope="col">Status</th>
              <th scope="col">
                <span className="hidden-text">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {orders.map((order) => (
              <OrderRow key={order.id} order={order} onCancel={setAsked} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      <Confirm
        open={asked !== undefined}
        title={asked ? `Cancel this order for ${asked.quantity} ${asked.symbol}?` : ""}
        action="Cancel the order"
        kind="danger"
        onClose={() => setAsked(undefined)}
        onConfirm={() => {
          if (asked) cancel.mutate(asked.id);
          setAsked(undefined);
        }}
      >
        <p className="small">What was filled by then stays yours. The rest is taken off the book.</p>
      </Confirm>
    </>
  );
}

function OrderRow({ order, onCancel }: { order: Order; onCancel(order: Order): void }) {
  const {
    id,
    symbol,
    side,
    quantity,
    filledQuantity = 0,
    limitPrice,
    averagePrice,
    reason,
    createdAt,
  } = order;
  return (
    <tr data-order={id}>
      <td>
        <Link href={`/orders/${id}`}>
          {timeOf(createdAt)}
          <span className="hidden-text">
            : details of the order for {quantity} {symbol}
          </span>
        </Link>
      </td>
      <td>
        <Link href={`/trade/${symbol}`} className="plain">
          {symbol}
        </Link>
      </td>
      <td className={side === "buy" ? "up" : "down"}>{side === "buy" ? "Buy" : "Sell"}</td>
      <td className="number">
        {grouped(String(filledQuantity))} / {grouped(String(quantity))}
        <meter className="fill" min={0} max={quantity} value={filledQuantity} aria-label="Filled part" />
      </td>
      <td className="number">
        {limitPrice ? <Price value={limitPrice} /> : <span className="muted">market</span>}
      </td>
      <td className="number">{averagePrice ? grouped(averagePrice) : <span className="muted">–</span>}</td>
      <td>
        <StatusBadge order={order} />
        {reason && <span className="reason">{reason}</span>}
      </td>
      <td className="number">
        {isUnfinished(order) && (
          <button
            type="button"
            className="button"
            aria-label={`Cancel the order for ${quantity} ${symbol}`}
            onClick={() => onCancel(order)}
          >
            Cancel
          </button>
        )}
      </td>
    </tr>
  );
}
