import type { PlacedOrder } from "../../../services/trading/saga/state.ts";

/** An order as a client placed it, for tests of what becomes of it. */
export const ORDER: PlacedOrder = {
  id: "01a1fded-7ad5-79aa-a5f0-189b4cc8a301",
  userId: "ana",
  symbol: "BHP",
  side: "buy",
  type: "market",
  quantity: 10,
  limitPrice: undefined,
  worst: 50_000,
  createdAt: 1_800_000_000_000,
};
