import { useQuery } from "@tanstack/react-query";
import { api, get } from "../api/client.ts";
import type { Account, Position } from "../api/types.ts";

const POLL_MS = 3000;

/** All cash accounts of the user. */
export function useAccounts() {
  return useQuery({
    queryKey: ["accounts"],
    queryFn: async () => (await get(api.GET("/api/accounts", {}))).items,
    refetchInterval: POLL_MS,
  });
}

/** The account that shares are paid from; undefined while there is none or it isn't known. */
export function useCash(): { account: Account | undefined; known: boolean } {
  const { data } = useAccounts();
  return { account: data?.find(({ currency }) => currency === "AUD"), known: data !== undefined };
}

/** What the user holds, at the quotes of now. */
export function usePortfolio() {
  return useQuery({
    queryKey: ["portfolio"],
    queryFn: () => get(api.GET("/api/portfolio", {})),
    refetchInterval: POLL_MS,
  });
}

/** The user's position in a symbol; undefined while there is none or it isn't known. */
export function usePosition(symbol: string): { position: Position | undefined; known: boolean } {
  const { data } = usePortfolio();
  return { position: data?.items.find((item) => item.symbol === symbol), known: data !== undefined };
}

/** Each symbol's last price of the day before, by symbol. */
export function useCloses(): ReadonlyMap<string, string> | undefined {
  const { data } = useQuery({
    queryKey: ["closes"],
    queryFn: async () => {
      const { items } = await get(api.GET("/api/quotes/closes", {}));
      return new Map(items.map(({ symbol, previousClose }) => [symbol, previousClose]));
    },
    staleTime: 60_000,
    refetchInterval: 60_000,
  });
  return data;
}
