import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { INSTRUMENTS } from "../../services/market/instruments.ts";
import { dropImages } from "../../test/support/pod.ts";
import { startPostgres, type TestPostgres } from "../../test/support/postgres.ts";
import { migrate } from "../../test/support/stack.ts";
import { type LoadOptions, type LoadResult, load, requestHead, requestOf } from "../load.ts";
import { type Services, startServices } from "./services.ts";

const RETRIES = 5;
const USERS = Array.from({ length: 200 }, (_, i) => `bench-${i}`);
const SYMBOLS = [...INSTRUMENTS.keys()];

/** Gives each user cash and some of every share, enough for all runs. */
async function fundUsers({ pods }: Services): Promise<void> {
  const post = async (url: string, user: string, body: unknown) => {
    const headers = {
      "content-type": "application/json",
      "x-user-id": user,
      "idempotency-key": randomUUID(),
    };
    let response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    // Pods that just started may be slow to open their connections, and say when to come back.
    for (let again = 0; response.status === 503 && again < RETRIES; again += 1) {
      await response.arrayBuffer();
      await sleep(1000 * Number(response.headers.get("retry-after") ?? 1));
      response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    }
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  };
  for (const user of USERS) {
    const deposit = { kind: "deposit", currency: "AUD", amount: "100000000000.00" };
    const shares = SYMBOLS.map((symbol) =>
      post(`${pods.portfolio.url}/api/portfolio/transfers-in`, user, {
        symbol,
        quantity: 10_000_000,
        cost: "10000000.00",
      }),
    );
    await Promise.all([post(`${pods.transactions.url}/api/transactions`, user, deposit), ...shares]);
  }
}

/**
 * The requests of many users in turn: market orders, buys and sells, each with a key of its own. Through the gateway
 * with the user's token, or straight to `trading` as the gateway would send them.
 */
async function orderRequests(services: Services, through: "gateway" | "trading"): Promise<() => string> {
  const run = randomUUID().slice(0, 8);
  const heads = await Promise.all(
    USERS.map(async (user) =>
      requestHead(
        "/api/orders",
        through === "trading"
          ? { "x-user-id": user }
          : { authorization: `Bearer ${await services.token(user)}` },
      ),
    ),
  );
  let n = 0;
  return () => {
    n += 1;
    const symbol = SYMBOLS[(n * 7) % SYMBOLS.length];
    const side = (n / USERS.length) % 2 < 1 ? "buy" : "sell";
    const body = `{"symbol":"${symbol}","side":"${side}","type":"market","quantity":${1 + (n % 9)}}`;
    return requestOf(heads[n % heads.length] ?? "", `${run}-${n}`, body);
  };
}

/** As RDS runs it: durable, with memory and log of a size that checkpoints don't rule a short run. */
const PARAMETERS = {
  fsync: "on",
  synchronous_commit: "on",
  shared_buffers: "512MB",
  max_connections: "200",
  max_wal_size: "4GB",
};
const SETTLE_TIMEOUT_MS = 60_000;
const SETTLE_POLL_MS = 10;
/** V8 has compiled most of what is hot after some 150,000 orders; before, compiling is a tenth of the work. */
const WARM_UP_S = 60;
/** For pods that are started over and over, to compare what differs by more than that. */
const SHORT_WARM_UP_S = 5;
const WARM_UP_CONNECTIONS = 64;
/** Nothing is on its way: no order without an end, and both ledgers have applied the last event. Cheap to ask. */
const AT_REST = `
  WITH head AS (SELECT xid, chain, link FROM trading.order_events WHERE fed ORDER BY xid DESC, chain DESC, link DESC LIMIT 1)
  SELECT NOT EXISTS (SELECT FROM trading.open_orders)
     AND (SELECT coalesce(bool_and(p.position = concat_ws('.', h.xid, h.chain, h.link)), true)
          FROM head h, (SELECT position FROM transactions.feed_positions UNION ALL
                        SELECT position FROM portfolio.feed_positions) p) AS at_rest`;
const FILLED = "SELECT count(*) AS filled FROM trading.order_events WHERE status = 'filled'";

export interface RunArgs {
  through: "gateway" | "trading";
  connections: number;
  seconds: number;
  /** `false` has each order commit by itself. @default true */
  batching?: boolean;
  /** Orders a second, whether or not earlier ones were answered. @default a closed loop */
  rate?: number;
  /** Clocks that are read before and after, in milliseconds. */
  readCpu?: () => Promise<number[]>;
}

export interface Run {
  /** Whole orders a second: from the first request until the last one's cash and shares are booked. */
  rate: number;
  filled: number;
  elapsed: number;
  /** What each of the clocks that were given went on by, in milliseconds. */
  cpu: number[];
  result: LoadResult;
}

/** One pod of each service that an order passes, over a PostgreSQL of their own, with users who have cash and shares. */
export class OrderWorld {
  readonly postgres: TestPostgres;
  /** Kept open, as a login costs as much of the machine as tens of orders. */
  readonly #observer: pg.Client;
  #running: { services: Services; batching: boolean } | undefined;
  #warm: Services | undefined;

  private constructor(postgres: TestPostgres, observer: pg.Client) {
    this.postgres = postgres;
    this.#observer = observer;
  }

  static async start(): Promise<OrderWorld> {
    const postgres = await startPostgres(PARAMETERS);
    await migrate(postgres);
    const world = new OrderWorld(postgres, await postgres.connect());
    await fundUsers(await world.#services(true));
    return world;
  }

  async stop(): Promise<void> {
    await this.#running?.services.stop();
    await this.#observer.end();
    await this.postgres.stop();
    await dropImages();
  }

  /** The services once they are warm. */
  async warmed(batching = true): Promise<Services> {
    const services = await this.#services(batching);
    if (this.#warm !== services) {
      const seconds = this.#warm ? SHORT_WARM_UP_S : WARM_UP_S;
      this.#warm = services;
      const orders = { through: "gateway", connections: WARM_UP_CONNECTIONS, seconds } as const;
      await load(await this.#loadOf(services, orders));
      await this.#atRest();
    }
    return services;
  }

  /** Has clients place orders, and waits until all that were accepted have ended. @throws Error when one is lost */
  async run(args: RunArgs): Promise<Run> {
    const { batching, readCpu = async () => [] } = args;
    const services = await this.warmed(batching);
    const options = await this.#loadOf(services, args);
    await this.#atRest();
    const before = await this.#countFilled();
    const cpuBefore = await readCpu();
    const started = performance.now();
    const result = await load(options);
    await this.#atRest();
    const elapsed = (performance.now() - started) / 1000;
    const cpu = (await readCpu()).map((value, i) => value - (cpuBefore[i] ?? 0));
    const accepted = result.statuses.get(201) ?? 0;
    const filled = (await this.#countFilled()) - before;
    if (filled !== accepted) {
      throw new Error(`${accepted} orders were accepted, ${filled} filled: ${answers(result)}`);
    }
    return { rate: filled / elapsed, filled, elapsed, cpu, result };
  }

  /** The services in the wanted mode, started anew when they run in the other. */
  async #services(batching: boolean): Promise<Services> {
    if (this.#running?.batching === batching) return this.#running.services;
    await this.#running?.services.stop();
    this.#running = undefined;
    const services = await startServices(this.postgres, { batching });
    this.#running = { services, batching };
    return services;
  }

  async #loadOf(services: Services, { through, connections, seconds, rate }: RunArgs): Promise<LoadOptions> {
    const next = await orderRequests(services, through);
    const port = Number(new URL(services.pods[through].url).port);
    const counts = (status: number) => status === 201;
    return { port, connections, seconds, next, counts, ...(rate === undefined ? {} : { rate }) };
  }

  /** Resolves once every order has ended and both ledgers have booked it. */
  async #atRest(): Promise<void> {
    const deadline = performance.now() + SETTLE_TIMEOUT_MS;
    while (!(await this.#observer.query(AT_REST)).rows[0].at_rest) {
      if (performance.now() > deadline) throw new Error("orders don't end, or their events don't arrive");
      await sleep(SETTLE_POLL_MS);
    }
  }

  async #countFilled(): Promise<number> {
    return Number((await this.#observer.query(FILLED)).rows[0].filled);
  }
}

/** How requests were answered, in words. */
export function answers({ statuses, broken }: LoadResult): string {
  const counts = [...statuses].map(([status, count]) => `${count} × ${status}`);
  return [...counts, ...(broken > 0 ? [`${broken} broken`] : [])].join(", ");
}
