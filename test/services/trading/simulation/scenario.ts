import assert from "node:assert/strict";
import { amountOf, parseDecimal } from "../../../../services/market/money.ts";
import type { NewOrder } from "../../../../services/trading/order.ts";
import { SimulatedDatabase } from "./database.ts";
import { type Faults, Host, NO_FAULTS } from "./host.ts";
import { Ledger } from "./ledger.ts";
import { SimulatedPod, seededIds } from "./pod.ts";
import { World } from "./world.ts";

const USERS = ["ana", "ben", "cy"];
const SYMBOLS = ["BHP", "CBA"];
const PODS = ["trading-1", "trading-2"];
/** Faults come in this time; then all must end well. */
const FAULTY_MS = 1000;
const LIMIT_MS = 60_000;
const CASH = 400_000n;
const SHARES = 300n;

/** A client's order and what it was answered. */
export interface Wish {
  userId: string;
  key: string;
  order: NewOrder;
  /** Ids in the answers that it got. */
  answeredIds: string[];
}

export interface Outcome {
  world: World;
  database: SimulatedDatabase;
  cash: Ledger;
  holdings: Ledger;
  wishes: Wish[];
  crashes: number;
}

/**
 * Runs one world from its seed to the end: clients place and cancel orders while everything fails now and then.
 * @param log gets what the processes have to report
 */
export async function play(seed: number, log: (line: string) => void = () => undefined): Promise<Outcome> {
  const world = new World(seed);
  const database = new SimulatedDatabase(world);
  const cash = new Ledger({
    name: "transactions",
    needs: ({ userId, worst, quantity }) => ({ account: userId, amount: amountOf(BigInt(worst), quantity) }),
    booked: ({ userId, side, fill }) => ({
      account: userId,
      amount: parseDecimal(fill?.amount ?? "", 2) ?? -1n,
      isTaken: side === "buy",
    }),
  });
  const holdings = new Ledger({
    name: "portfolio",
    needs: ({ userId, symbol, quantity }) => ({ account: `${userId} ${symbol}`, amount: BigInt(quantity) }),
    booked: ({ userId, symbol, side, fill }) => ({
      account: `${userId} ${symbol}`,
      amount: BigInt(fill?.quantity ?? -1),
      isTaken: side === "sell",
    }),
  });
  for (const user of USERS) {
    cash.balances.set(user, CASH);
    for (const symbol of SYMBOLS) holdings.balances.set(`${user} ${symbol}`, SHARES);
  }

  const severity = world.pick([0, 0.02, 0.1, 0.25]);
  const faults: Faults = { lost: severity, answerLost: severity, twice: severity };
  const current = () => (world.now < FAULTY_MS ? faults : NO_FAULTS);
  const report = (line: string) => log(`${world.now.toFixed(1)} ${line}`);
  const newId = seededIds(world);
  const start = (name: string) =>
    new SimulatedPod({
      world,
      database,
      cash,
      holdings,
      faults: current,
      name,
      newId,
      onError: (error, what) => report(`${name} ${what}: ${error instanceof Error ? error.message : error}`),
    });
  const pods = new Map(PODS.map((name) => [name, start(name)]));

  let crashes = 0;
  const crash = (name: string) => {
    const { host } = pods.get(name) as SimulatedPod;
    if (!host.alive) return;
    crashes += 1;
    host.alive = false;
    report(`${name} is killed`);
    world.after(world.random() * 300, () => pods.set(name, start(name)));
  };
  for (let n = world.pick([0, 1, 2, 4]); n > 0; n -= 1) {
    world.after(world.random() * FAULTY_MS, () => crash(world.pick(PODS)));
  }
  if (world.chance(0.3)) {
    world.after(world.random() * FAULTY_MS, () => {
      const { host } = pods.get(world.pick(PODS)) as SimulatedPod;
      host.frozenUntil = world.now + world.random() * 2000;
    });
  }

  // The zone of a pod is shifted away, at times of each pod, and not always back.
  if (world.chance(0.4)) {
    const away = world.chance(0.2) ? PODS : [world.pick(PODS)];
    const shift = (to: boolean) => {
      report(`the zone of ${away.join(", ")} is ${to ? "shifted away" : "back"}`);
      for (const name of away) pods.get(name)?.worker.shifted(to);
    };
    const at = world.random() * FAULTY_MS;
    world.after(at, () => shift(true));
    if (world.chance(0.7)) world.after(at + world.random() * FAULTY_MS, () => shift(false));
  }

  const outside = new Host(world);
  const wishes = Array.from({ length: 2 + Math.floor(world.random() * 6) }, (_, i) => wish(world, i));
  for (const one of wishes) {
    const tries = world.chance(0.2) ? 2 : 1;
    for (let n = 0; n < tries; n += 1) {
      world.after(world.random() * FAULTY_MS, () => void insist(one));
    }
  }
  const insist = async (one: Wish) => {
    for (;;) {
      const pod = pods.get(world.pick(PODS)) as SimulatedPod;
      const answer = outside.call<string | undefined>({ ...current(), twice: 0 }, (reply) => {
        if (!pod.host.alive) return;
        pod.place(one.userId, one.key, one.order).then(
          ({ order }) => reply(() => order.id),
          () => reply(() => undefined),
        );
      });
      const id = await Promise.race([
        answer.catch(() => undefined),
        outside.clock.sleep(400).then(() => undefined),
      ]);
      if (id === undefined) continue;
      one.answeredIds.push(id);
      if (world.chance(0.2)) cancel(id);
      return;
    }
  };
  const cancel = (id: string) => {
    database.cancel(id);
    for (const pod of pods.values()) if (pod.host.alive) pod.worker.wake();
  };
  // In the end everybody gives up what rests on the book.
  const giveUp = () => {
    for (const id of database.open) cancel(id);
    world.after(300, giveUp);
  };
  world.after(FAULTY_MS + 500, giveUp);

  const isDone = () =>
    world.now > FAULTY_MS &&
    wishes.every(({ answeredIds }) => answeredIds.length > 0) &&
    database.open.size === 0 &&
    cash.reserved === 0n &&
    holdings.reserved === 0n &&
    cash.fills.size === database.events.filter(({ body }) => body.includes('"fill":{')).length &&
    holdings.fills.size === cash.fills.size;
  await world.run(LIMIT_MS, isDone);
  assert.ok(isDone(), `not all has come to an end: ${[...database.open].join(", ")}`);
  // What is still on its way, such as a second try, must change nothing any more.
  await world.run(world.now + 200, () => false);
  for (const pod of pods.values()) pod.host.alive = false;
  return { world, database, cash, holdings, wishes, crashes };
}

function wish(world: World, i: number): Wish {
  const userId = world.pick(USERS);
  const symbol = world.pick(SYMBOLS);
  const side = world.pick(["buy", "sell"] as const);
  const quantity = 1 + Math.floor(world.random() * 150);
  const limitPrice = `10.0${Math.floor(world.random() * 10)}`;
  const order: NewOrder = world.chance(0.5)
    ? { symbol, side, quantity, type: "market" }
    : { symbol, side, quantity, type: "limit", limitPrice };
  return { userId, key: `key-${i}`, order, answeredIds: [] };
}

export const INITIAL = { CASH, SHARES, USERS, SYMBOLS };
