import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api, get } from "../api/client.ts";
import { perPage } from "../api/query-client.ts";
import type { Order } from "../api/types.ts";
import { announce } from "../ui/announce.tsx";

export type Status = Order["status"];

/** Whether something may still happen to an order. */
export const isUnfinished = ({ status }: Pick<Order, "status">): boolean =>
  status === "accepted" || status === "open";

const FAST_MS = 700;
const SLOW_MS = 4000;

interface Filter {
  status?: Status | undefined;
  symbol?: string | undefined;
}

/** Pages of the user's orders, newest first; asked for more often while one of them isn't finished. */
export function useOrders(filter: Filter, limit = 50) {
  return useInfiniteQuery({
    queryKey: ["orders", filter, limit],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor }) =>
      get(api.GET("/api/orders", { params: { query: { limit, ...filter, ...(cursor && { cursor }) } } })),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: (query) =>
      perPage(query.state.data?.pages.some(({ items }) => items.some(isUnfinished)) ? FAST_MS : SLOW_MS)(
        query,
      ),
  });
}

/** What happened to an order so far. */
export function useOrderEvents(id: string, live: boolean) {
  return useQuery({
    queryKey: ["order-events", id],
    queryFn: async () => (await get(api.GET("/api/orders/{id}/events", { params: { path: { id } } }))).items,
    refetchInterval: live ? FAST_MS : false,
  });
}

export function useOrder(id: string) {
  return useQuery({
    queryKey: ["order", id],
    queryFn: () => get(api.GET("/api/orders/{id}", { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data && !isUnfinished(state.data) ? false : FAST_MS),
  });
}

/** Asks for an order's cancellation. */
export function useCancel() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => get(api.POST("/api/orders/{id}/cancel", { params: { path: { id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["orders"] }),
  });
}

/** What a person calls an order's state; part of it may be filled in any of them. */
export function statusText({ status, filledQuantity = 0, quantity }: Order): string {
  const part = filledQuantity > 0 && filledQuantity < quantity;
  if (status === "open" && part) return "part filled";
  return part && status !== "filled" ? `${status}, part filled` : status;
}

/** Says aloud when an order that was unfinished has changed, and has what it changed asked for anew. */
export function useOrderNews(orders: readonly Order[]): void {
  const client = useQueryClient();
  const known = useRef(new Map<string, string>());
  useEffect(() => {
    let changed = false;
    for (const order of orders) {
      const text = `${statusText(order)} ${order.filledQuantity ?? 0}`;
      const before = known.current.get(order.id);
      known.current.set(order.id, text);
      if (before === undefined || before === text) continue;
      changed = true;
      announce(newsOf(order));
    }
    if (!changed) return;
    void client.invalidateQueries({ queryKey: ["accounts"] });
    void client.invalidateQueries({ queryKey: ["portfolio"] });
  }, [orders, client]);
}

function newsOf(order: Order): string {
  const { side, symbol, quantity, filledQuantity = 0, averagePrice, reason } = order;
  const what = `${side === "buy" ? "Buy" : "Sell"} ${quantity} ${symbol}: ${statusText(order)}`;
  const filled = filledQuantity > 0 ? `, ${filledQuantity} at ${averagePrice}` : "";
  return `${what}${filled}${reason ? `. ${reason}` : ""}`;
}
