import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./problems.ts";

const TRIES = 4;
const FIRST_MS = 400;
const LONGEST_MS = 10_000;

/** How long to wait before a try: what the API asks for, else back-off; both with jitter. */
export function retryDelay(failures: number, error: unknown): number {
  const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
  if (asked !== undefined) return asked * (1 + Math.random() / 2);
  return Math.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** failures);
}

/** The page's cache of what the API answered; what passes by itself is asked for again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < TRIES && error instanceof ApiError && error.passes,
      retryDelay,
      staleTime: 1000,
      // Without an answer the page keeps asking, so that it recovers by itself, whatever the browser thinks of its network.
      networkMode: "always",
    },
    mutations: { retry: false, networkMode: "always" },
  },
});

/**
 * How often a list is asked for again, of which each page is a request: twice as seldom with two pages.
 * @param ms for one page
 */
export const perPage =
  (ms: number) =>
  ({ state: { data } }: { state: { data?: { pages: readonly unknown[] } | undefined } }): number =>
    ms * Math.max(1, data?.pages.length ?? 1);
