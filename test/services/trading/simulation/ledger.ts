import assert from "node:assert/strict";
import type { Consumer, FedEvent } from "../../../../services/trading/feed/ports.ts";
import { comparePositions, type Position } from "../../../../services/trading/feed/ports.ts";
import type { EventBody } from "../../../../services/trading/saga/events.ts";
import type { Reservations, Reserved } from "../../../../services/trading/saga/ports.ts";
import type { PlacedOrder } from "../../../../services/trading/saga/state.ts";
import type { Faults, Host } from "./host.ts";

/** Of one order: what is still set aside for it. */
type Reservation = { account: string; left: bigint; state: "held" | "released" };

export interface LedgerArgs {
  name: string;
  /** What an order needs, of which account; nothing when it needs nothing here. */
  needs(order: PlacedOrder): { account: string; amount: bigint };
  /** What a fill takes from the account that it reserved on, or gives to one. */
  booked(event: EventBody): { account: string; amount: bigint; isTaken: boolean };
}

/** Transactions or portfolio, by the contract: reservations by id, events by position, never below nothing. */
export class Ledger {
  readonly balances = new Map<string, bigint>();
  readonly fills = new Set<string>();
  readonly #args: LedgerArgs;
  readonly #reservations = new Map<string, Reservation>();
  #position: Position | undefined;

  constructor(args: LedgerArgs) {
    this.#args = args;
  }

  get reserved(): bigint {
    return [...this.#reservations.values()].reduce((sum, { left }) => sum + left, 0n);
  }

  reservations(host: Host, faults: () => Faults): Reservations {
    return {
      reserve: (order) =>
        host.call<Reserved>(faults(), (answer) => {
          const outcome = this.#reserve(order);
          answer(() => outcome);
        }),
    };
  }

  consumer(host: Host, faults: () => Faults): Consumer {
    return {
      name: this.#args.name,
      send: (after, events) =>
        host.call<Position | undefined>(faults(), (answer) => {
          this.#take(after, events);
          const position = this.#position;
          answer(() => position);
        }),
    };
  }

  #available(account: string): bigint {
    const held = [...this.#reservations.values()].filter((one) => one.account === account);
    return (this.balances.get(account) ?? 0n) - held.reduce((sum, { left }) => sum + left, 0n);
  }

  #reserve(order: PlacedOrder): Reserved {
    const known = this.#reservations.get(order.id);
    if (known) return known.state === "held" ? "reserved" : "released";
    const { account, amount } = this.#args.needs(order);
    if (!this.balances.has(account)) return "no-account";
    if (this.#available(account) < amount) return "insufficient";
    this.#reservations.set(order.id, { account, left: amount, state: "held" });
    return "reserved";
  }

  #take(after: Position | undefined, events: FedEvent[]): void {
    const isNext =
      after && this.#position ? comparePositions(after, this.#position) === 0 : after === this.#position;
    if (!isNext) return;
    for (const event of events) this.#book(JSON.parse(event.body) as EventBody);
    this.#position = events.at(-1) ?? this.#position;
  }

  #book(event: EventBody): void {
    const reservation = this.#reservations.get(event.orderId);
    if (event.fill) {
      const id = `${event.orderId} ${event.fill.id}`;
      assert.ok(!this.fills.has(id), `fill ${id} is fed twice`);
      this.fills.add(id);
      const { account, amount, isTaken } = this.#args.booked(event);
      if (isTaken) {
        assert.ok(reservation && reservation.left >= amount, `${id} takes more than was reserved`);
        reservation.left -= amount;
      }
      this.balances.set(account, (this.balances.get(account) ?? 0n) + (isTaken ? -amount : amount));
      assert.ok(this.#available(account) >= 0n, `${account} is overdrawn`);
    }
    if (event.closed) {
      const { account = "" } = reservation ?? {};
      this.#reservations.set(event.orderId, { account, left: 0n, state: "released" });
    }
  }
}
