import { Accept } from "../../../../services/trading/accept/accept.ts";
import { alwaysOpen } from "../../../../services/trading/exchange/hours.ts";
import type { Exchange, Report } from "../../../../services/trading/exchange/port.ts";
import { SimulatedExchange } from "../../../../services/trading/exchange/simulated.ts";
import { Feed } from "../../../../services/trading/feed/feed.ts";
import type { NewOrder } from "../../../../services/trading/order.ts";
import { type Placed, place } from "../../../../services/trading/place.ts";
import { Worker } from "../../../../services/trading/saga/worker.ts";
import type { SimulatedDatabase } from "./database.ts";
import { EPOCH, type Faults, Host } from "./host.ts";
import type { Ledger } from "./ledger.ts";
import { quotes } from "./quotes.ts";
import type { World } from "./world.ts";

export interface PodArgs {
  world: World;
  database: SimulatedDatabase;
  cash: Ledger;
  holdings: Ledger;
  faults: () => Faults;
  name: string;
  newId(ms: number): string;
  onError(error: unknown, what: string): void;
}

/** The parts of a pod of trading, as `services/trading/trading.ts` puts them together, in the simulated world. */
export class SimulatedPod {
  readonly host: Host;
  readonly worker: Worker;
  readonly #place: (userId: string, key: string, order: NewOrder) => Promise<Placed>;

  constructor({ world, database, cash, holdings, faults, name, newId, onError }: PodArgs) {
    const host = new Host(world);
    this.host = host;
    const owner = `${name}/${Math.floor(world.random() * 1e9)}`;
    const common = { clock: host.clock, random: world.random, onError };
    const feed = new Feed({
      ...common,
      outbox: database.outbox(host, faults),
      consumers: [cash.consumer(host, faults), holdings.consumer(host, faults)],
      onDelivered: () => undefined,
      pollMs: 100,
    });
    const worker = new Worker({
      ...common,
      store: database.sagaStore(host, faults, owner),
      leases: database.leaseStore(host, faults),
      cash: cash.reservations(host, faults),
      holdings: holdings.reservations(host, faults),
      owner,
      writer: `${owner} saga`,
      maxBatch: 3,
      pollMs: 100,
      beatMs: 250,
      exchange: (report, trades) => this.#exchange(report, trades),
      onStored: () => feed.wake(),
      onTask: (_, held) => (held ? feed.start() : feed.stop()),
    });
    const accept = new Accept({
      store: database.acceptStore(host, faults),
      writer: `${owner} accept`,
      maxBatch: 3,
      unbooked: () => worker.working,
      expect: () => worker.expect(),
      onCommit: () => undefined,
      now: host.clock.now,
    });
    this.worker = worker;
    const backlogOf = (symbol: string) => worker.backlogOf(symbol);
    const args = { accept, quotes, backlogOf, maxBacklog: 1000, now: host.clock.now, newId };
    this.#place = (userId, key, order) => place(args, userId, key, order);
    worker.start();
  }

  /** Resolves or rejects only as long as this process lives. */
  place(userId: string, key: string, order: NewOrder): Promise<Placed> {
    return this.#place(userId, key, order);
  }

  /** An exchange that is some time away and tells some things twice. */
  #exchange(report: (group: Report[]) => void, trades: string): Exchange {
    const { host } = this;
    const { world } = host;
    return new SimulatedExchange(
      {
        market: quotes,
        clock: host.clock,
        hours: alwaysOpen,
        trades,
        latencyMs: world.chance(0.5) ? 0 : 5,
        displayedSizeOnly: world.chance(0.3),
      },
      (group) => {
        report(group);
        if (world.chance(0.1)) host.deliver(world.random() * 20, () => report(group));
      },
    );
  }
}

/** Version 7 UUIDs that the seed decides. */
export function seededIds(world: World): (ms: number) => string {
  return (ms) => {
    const hex = (length: number) =>
      Array.from({ length }, () => Math.floor(world.random() * 16).toString(16)).join("");
    const time = Math.max(ms, EPOCH).toString(16).padStart(12, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
  };
}
