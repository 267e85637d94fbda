import { api, get } from "../api/client.ts";
import { queryClient } from "../api/query-client.ts";
import { CSV_NAMES, csvLines } from "./csv.ts";

/** The most that the API gives at once. */
const LINES = 100;

/** A page of an account's statement. */
export const statementPage = (id: string, limit: number, cursor?: string) =>
  get(
    api.GET("/api/accounts/{id}/statement", {
      params: { path: { id }, query: { limit, ...(cursor && { cursor }) } },
    }),
  );

/**
 * An account's whole statement as the parts of a CSV file, newest line first. What passes by itself, such as a service
 * that is busy, is asked for again: a file is whole, or there is none.
 * @param signal ends it; the parts so far are then of no use
 * @param onLines called after each page with how many lines there are so far
 * @throws ApiError
 */
export async function statementFile(
  id: string,
  signal: AbortSignal,
  onLines: (count: number) => void,
): Promise<string[]> {
  const parts = [CSV_NAMES];
  let count = 0;
  for (let cursor: string | undefined; ; ) {
    const page = await queryClient.fetchQuery({
      queryKey: ["statement-file", id, cursor],
      queryFn: () => statementPage(id, LINES, cursor),
      staleTime: 0,
      gcTime: 0,
    });
    signal.throwIfAborted();
    parts.push(csvLines(page.items));
    count += page.items.length;
    onLines(count);
    if (page.nextCursor === null) return parts;
    cursor = page.nextCursor;
  }
}
