import { Tabs } from "radix-ui";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { SymbolNews } from "../news/SymbolNews.tsx";
import { Empty, Loaded } from "../ui/states.tsx";
import { useCash } from "./account-queries.ts";
import { Deposit } from "./Deposit.tsx";
import { HoldingsTable } from "./Holdings.tsx";
import { OrderTable } from "./OrderTable.tsx";
import { isUnfinished, useOrderNews, useOrders } from "./order-queries.ts";

/** The latest orders, what one holds, and what the news said, below the chart. */
export function OrdersPanel({ symbol }: { symbol: string }) {
  const orders = useOrders({});
  const all = useMemo(() => orders.data?.pages.flatMap(({ items }) => items) ?? [], [orders.data]);
  useOrderNews(all);
  const [tab, setTab] = useState("orders");
  const unfinished = all.filter(isUnfinished);
  return (
    <Tabs.Root className="panel orders-panel" value={tab} onValueChange={setTab}>
      <header>
        <Tabs.List className="tabs" aria-label="Your account">
          <Tabs.Trigger className="tab" value="orders">
            Orders
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="open">
            Unfinished {unfinished.length > 0 && <span className="badge info">{unfinished.length}</span>}
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="holdings">
            Holdings
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="news">
            News of {symbol}
          </Tabs.Trigger>
        </Tabs.List>
        <Link href="/orders" className="small">
          All orders
        </Link>
      </header>
      <Tabs.Content value="orders">
        <Loaded query={{ ...orders, data: orders.data && all }} what="your orders">
          {(items) =>
            items.length > 0 ? <OrderTable orders={items.slice(0, 12)} label="Latest orders" /> : <NoOrders />
          }
        </Loaded>
      </Tabs.Content>
      <Tabs.Content value="open">
        {unfinished.length > 0 ? (
          <OrderTable orders={unfinished} label="Unfinished orders" />
        ) : (
          <Empty title="No order is on its way or on the book" />
        )}
      </Tabs.Content>
      <Tabs.Content value="holdings">
        <HoldingsTable />
      </Tabs.Content>
      <Tabs.Content value="news">
        <SymbolNews symbol={symbol} />
      </Tabs.Content>
    </Tabs.Root>
  );
}

function NoOrders() {
  const { account, known } = useCash();
  return (
    <Empty title="No orders yet">
      {known && !account ? (
        <>
          <p>Pay in some simulated money first; then fill in the ticket.</p>
          <Deposit />
        </>
      ) : (
        <p>Fill in the ticket to place your first one.</p>
      )}
    </Empty>
  );
}
