import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Order } from "../../../services/trading/order.ts";
import type { PlacedOrder } from "../../../services/trading/saga/state.ts";
import { isEnd } from "../../../services/trading/saga/state.ts";
import { type RunningPod, startPod } from "../../support/pod.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { databaseEnv, migrate } from "../../support/stack.ts";
import { startPeer, type TestPeer } from "./peers.ts";

/** Pods of trading with a database of their own, and stand-ins for the services that they call. */
export interface TradingPods {
  postgres: TestPostgres;
  cash: TestPeer;
  holdings: TestPeer;
  pods: RunningPod[];
  start(env?: Record<string, string>): Promise<RunningPod>;
  place(order?: object, options?: { pod?: RunningPod; user?: string; key?: string }): Promise<Response>;
  get(path: string, options?: { pod?: RunningPod; user?: string; method?: string }): Promise<Response>;
  /** The order once it fits. */
  until(id: string, fits: (order: Order) => boolean, user?: string): Promise<Order>;
  ended(id: string, user?: string): Promise<Order>;
  stop(): Promise<void>;
}

export const BUY = { symbol: "BHP", side: "buy", type: "market", quantity: 100 };

export async function startTrading(): Promise<TradingPods> {
  const [postgres, cash, holdings] = await Promise.all([startPostgres(), startPeer(), startPeer()]);
  await migrate(postgres);
  const pods: RunningPod[] = [];
  const headers = (user: string) => ({ "x-user-id": user, "content-type": "application/json" });
  const market: TradingPods = {
    postgres,
    cash,
    holdings,
    pods,
    async start(env = {}) {
      const pod = await startPod("trading", {
        ...databaseEnv(postgres, "trading"),
        TRANSACTIONS_URL: cash.url,
        PORTFOLIO_URL: holdings.url,
        POD_NAME: `trading-${pods.length + 1}`,
        ...env,
      });
      pods.push(pod);
      return pod;
    },
    place(order = BUY, { pod = pods.at(-1), user = "ana", key = randomUUID() } = {}) {
      return fetch(`${pod?.url}/api/orders`, {
        method: "POST",
        headers: { ...headers(user), "idempotency-key": key },
        body: JSON.stringify(order),
      });
    },
    get(path, { pod = pods.at(-1), user = "ana", method = "GET" } = {}) {
      return fetch(`${pod?.url}${path}`, { method, headers: headers(user) });
    },
    async until(id, fits, user = "ana") {
      const deadline = performance.now() + 20_000;
      for (;;) {
        const response = await market.get(`/api/orders/${id}`, { user });
        const order = (await response.json()) as Order;
        if (response.ok && fits(order)) return order;
        if (performance.now() > deadline) throw new Error(`still ${JSON.stringify(order)}`);
        await sleep(20);
      }
    },
    ended: (id, user) => market.until(id, ({ status }) => isEnd(status), user),
    async stop() {
      await Promise.all(pods.map((pod) => pod.stop()));
      await Promise.all([cash.close(), holdings.close(), postgres.stop()]);
    },
  };
  return market;
}

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
