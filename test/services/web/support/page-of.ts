import type { Context } from "hono";

/**
 * A page of a list, as the services give it by a request's `limit` and cursor: what follows the item that the cursor
 * names, and the next cursor, which is null on the last page.
 * @param parameter by which the request has its cursor
 */
export function pageFor<Item>(
  c: Context,
  items: readonly Item[],
  idOf: (item: Item) => string,
  parameter = "cursor",
): { items: Item[]; nextCursor: string | null } {
  const limit = Number(c.req.query("limit") ?? 20);
  const cursor = c.req.query(parameter);
  const from = cursor === undefined ? 0 : items.findIndex((item) => idOf(item) === cursor) + 1;
  if (cursor !== undefined && from === 0) throw new Error(`No item has the cursor ${cursor}.`);
  const page = items.slice(from, from + limit);
  const last = page.at(-1);
  const hasMore = from + limit < items.length && last !== undefined;
  return { items: page, nextCursor: hasMore ? idOf(last) : null };
}
