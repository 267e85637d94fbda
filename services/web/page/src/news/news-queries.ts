import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, get } from "../api/client.ts";
import { perPage } from "../api/query-client.ts";
import type { Analysis } from "../api/types.ts";

interface Filter {
  symbol?: string | undefined;
  label?: string | undefined;
}

/** What was analysed for the user, newest first. */
export function useHistory(filter: Filter, limit = 20) {
  return useInfiniteQuery({
    queryKey: ["analyses", filter, limit],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor }) =>
      get(
        api.GET("/api/analyze/history", {
          params: { query: { limit, ...filter, ...(cursor && { cursor }) } },
        }),
      ),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: perPage(15_000),
  });
}

/** What to analyse: text or HTML, and the share that it is about. */
export interface Piece {
  kind: "text" | "html";
  content: string;
  symbol: string;
}

/** Has a text analysed. The same text again is analysed again, so what passes is left to the user to repeat. */
export function useAnalyse() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ kind, content, symbol }: Piece): Promise<Analysis> => {
      const about = symbol ? { symbol } : {};
      const body = kind === "html" ? { html: content, ...about } : { text: content, ...about };
      return get(api.POST("/api/analyze", { body: body as never }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["analyses"] }),
  });
}

/** Deletes all that was stored of the user's texts. */
export function useForget() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => get(api.DELETE("/api/analyze/history", {})),
    onSuccess: () => client.invalidateQueries({ queryKey: ["analyses"] }),
  });
}
