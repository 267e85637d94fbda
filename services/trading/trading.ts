import { randomBytes } from "node:crypto";
import { Peer } from "../kit/client/peer.ts";
import { connectionConfig, Database } from "../kit/database/index.ts";
import type { Pod } from "../kit/pod.ts";
import { uuid7 } from "../kit/uuid.ts";
import { SimulatedMarket } from "../market/index.ts";
import { Accept } from "./accept/accept.ts";
import { OrderReports } from "./admin/order-report.ts";
import type { AdminArgs } from "./admin/routes.ts";
import type { OrdersArgs } from "./api.ts";
import { verifyChains } from "./chain/verify-database.ts";
import { systemClock as clock } from "./clock.ts";
import type { TradingEnvironment } from "./environment.ts";
import { alwaysOpen, asxHours } from "./exchange/hours.ts";
import { SimulatedExchange } from "./exchange/simulated.ts";
import { feedProblem } from "./feed/base.ts";
import { Deliveries } from "./feed/deliveries.ts";
import { Feed } from "./feed/feed.ts";
import { httpConsumer, httpListener } from "./feed/http-consumer.ts";
import { sqlOutbox } from "./feed/sql-outbox.ts";
import { TradingMetrics } from "./metrics.ts";
import { OpenTransactions } from "./open-transactions.ts";
import { place } from "./place.ts";
import type { Place } from "./place-routes.ts";
import {
  cashItem,
  type HttpReservationsArgs,
  holdingItem,
  httpReservations,
} from "./saga/http-reservations.ts";
import { Worker } from "./saga/worker.ts";
import { SqlAcceptStore } from "./store/accept-store.ts";
import { SqlLeaseStore } from "./store/lease-store.ts";
import { OrderReader } from "./store/order-reader.ts";
import { SqlSagaStore } from "./store/saga-store.ts";

export interface Trading extends OrdersArgs, AdminArgs {
  place: Place;
  /**
   * Begins to process orders, unless the feed would deliver nothing. While the database is away nobody knows, and orders
   * wait for it anyhow: it begins, and looks again.
   * @param refuse called with what is wrong, perhaps later
   */
  start(refuse: (why: string) => void): Promise<void>;
  /** This pod's zone is shifted away, or no longer: pods of other zones take its leases, or it gets its share again. */
  shifted(away: boolean): void;
  close(): Promise<void>;
}

const PARTITIONS_MS = 3_600_000;
/** Milliseconds until the feed is looked at again when the database was away. */
const FEED_LOOK_MS = 1000;

/** Creates the partitions of `orders` and `order_events` ahead of time, every hour, while this process owns the lease `upkeep`. */
function partitionMaintenance(database: Database, onError: (error: unknown) => void) {
  let timer: NodeJS.Timeout | undefined;
  const run = () => {
    database.repeatable("SELECT ensure_partitions()", []).catch(onError);
  };
  const stop = () => clearInterval(timer);
  const start = () => {
    stop();
    run();
    timer = setInterval(run, PARTITIONS_MS).unref();
  };
  return { start, stop };
}

/** Constructs the parts of a trading pod and starts them. */
export function openTrading(environment: TradingEnvironment, pod: Pod): Trading {
  const hours = environment.EXCHANGE_HOURS === "asx" ? asxHours : alwaysOpen;
  const { POD_NAME, DATABASE_POOL_SIZE, MAX_WORKING_ORDERS: maxBacklog } = environment;
  const batching = environment.ORDER_BATCHING === "on";
  const owner = `${POD_NAME}/${randomBytes(6).toString("hex")}`;
  const database = new Database(environment, pod.log);
  const market = new SimulatedMarket();
  const random = Math.random;
  const onError = (error: unknown, what: string) =>
    pod.log.warn({ err: error, what }, "orders: trying again");

  const cash = new Peer({ url: environment.TRANSACTIONS_URL, name: "transactions" });
  const holdings = new Peer({ url: environment.PORTFOLIO_URL, name: "portfolio" });
  const quotes = environment.MARKET_DATA_URL
    ? new Peer({ url: environment.MARKET_DATA_URL, name: "market-data" })
    : undefined;
  const peers = [cash, holdings, ...(quotes ? [quotes] : [])];

  const metrics: TradingMetrics = new TradingMetrics(pod.metrics.registry, {
    working: () => worker.working,
    undelivered: () => deliveries.backlog,
    oldestTransaction: () => transactions.oldestSeconds,
  });
  const deliveries = new Deliveries(["transactions", "portfolio"], (ms) => metrics.stage("deliver", ms));
  const listener = quotes && httpListener(quotes, (error) => onError(error, "market-data"));
  const feed = new Feed({
    outbox: sqlOutbox(database),
    consumers: [httpConsumer("transactions", cash), httpConsumer("portfolio", holdings)],
    clock,
    random,
    onDelivered: (consumer, events) => {
      deliveries.delivered(consumer, events);
      metrics.batch("deliver", events.length);
      if (consumer === "transactions") listener?.send(events);
    },
    onError,
  });
  const upkeep = partitionMaintenance(database, (error) => onError(error, "partitions"));
  const transactions = new OpenTransactions(database, (error) => onError(error, "open transactions"));
  const tasks = new Map<string, { start(): void; stop(): void }[]>([
    ["feed", [deliveries, feed]],
    ["upkeep", [upkeep, transactions]],
  ]);

  const reservations = (args: Pick<HttpReservationsArgs, "peer" | "item">) =>
    httpReservations({
      ...args,
      ...(!batching && { maxBatch: 1, concurrency: DATABASE_POOL_SIZE }),
      onCall: (items) => metrics.batch("reserve", items),
      onError: (error) => onError(error, "reserve"),
    });
  const worker = new Worker({
    store: new SqlSagaStore(database, owner),
    leases: new SqlLeaseStore(database),
    cash: reservations({ peer: cash, item: cashItem }),
    holdings: reservations({ peer: holdings, item: holdingItem }),
    clock,
    random,
    owner,
    writer: `${owner} saga`,
    maxBatch: batching ? 500 : 1,
    // As with reservations, no client waits for this: the pauses leave the CPU to requests. With longer pauses the batches
    // grow, and consumers take more than 50 ms for one.
    rest: 2,
    exchange: (report, trades) =>
      new SimulatedExchange(
        {
          market,
          clock,
          trades,
          hours,
          displayedSizeOnly: environment.EXCHANGE_LIQUIDITY === "displayed",
        },
        report,
      ),
    onStored: (events, ended) => {
      metrics.ended(ended);
      metrics.batch("execute", events.length);
      deliveries.stored(events);
      feed.wake();
    },
    onTask: (name, held) => {
      for (const task of tasks.get(name) ?? []) held ? task.start() : task.stop();
    },
    onError,
  });
  const accept = new Accept({
    store: new SqlAcceptStore(database),
    writer: `${owner} accept`,
    ...(!batching && { maxBatch: 1, concurrency: DATABASE_POOL_SIZE }),
    unbooked: () => worker.working + deliveries.backlog,
    expect: () => worker.expect(),
    onCommit: (orders, ms) => {
      metrics.batch("accept", orders);
      metrics.stage("accept", ms);
    },
    now: () => performance.now(),
  });
  const backlogOf = (symbol: string) => worker.backlogOf(symbol);
  const placing = { accept, quotes: market, backlogOf, maxBacklog, now: clock.now, newId: uuid7 };
  return {
    hours,
    place: (userId, key, order) => place(placing, userId, key, order),
    reader: new OrderReader(database),
    onCancel: () => worker.wake(),
    reports: new OrderReports(database, cash, holdings),
    audit: async () => verifyChains(await connectionConfig(environment)),
    async start(refuse) {
      const look = async (): Promise<void> => {
        const why = await feedProblem(database).catch((error: unknown) => {
          onError(error, "feed base");
          setTimeout(() => void look(), FEED_LOOK_MS).unref();
        });
        if (why) refuse(why);
      };
      await look();
      worker.start();
    },
    shifted: (away) => worker.shifted(away),
    async close() {
      await worker.stop();
      for (const task of [...tasks.values()].flat()) task.stop();
      await Promise.all([...peers.map((peer) => peer.close()), database.close()]);
    },
  };
}
