import { setTimeout as sleep } from "node:timers/promises";
import type { Dice } from "./dice.ts";
import type { Place, Town } from "./town.ts";

/** What can happen to a town. Each kills at least one process, and leaves all running again. */
export interface Fault {
  name: string;
  strike(town: Town, dice: Dice): Promise<void>;
}

/** A lease lives for 3 s: who is frozen for longer wakes up as one who was replaced, and does not know. */
const LONGER_THAN_A_LEASE_MS = 3600;

const kill = (town: Town, places: readonly Place[]) => Promise.all(places.map((place) => town.kill(place)));
const open = (town: Town, places: readonly Place[], isAnother = false) =>
  Promise.all(places.map((place) => town.open(place, isAnother)));
const aWhile = (dice: Dice, mostMs = 400) => sleep(dice.from(0, mostMs));

async function restart(town: Town, places: readonly Place[], dice: Dice, isAnother = false): Promise<void> {
  await kill(town, places);
  await aWhile(dice);
  await open(town, places, isAnother);
}

async function restartDatabase(town: Town, dice: Dice): Promise<void> {
  await town.server.kill();
  await aWhile(dice);
  await town.server.start();
}

const aPod: Fault = {
  name: "a pod",
  strike: (town, dice) => restart(town, [dice.pick(town.places)], dice),
};
const aTrader: Fault = {
  name: "a pod of trading",
  strike: (town, dice) => restart(town, [dice.pick(town.placesOf("trading"))], dice),
};
const aSuccessor: Fault = {
  name: "a pod of trading, which another replaces",
  strike: (town, dice) => restart(town, [dice.pick(town.placesOf("trading"))], dice, true),
};
const aService: Fault = {
  name: "all pods of a service",
  strike: (town, dice) =>
    restart(town, town.placesOf(dice.pick(["trading", "transactions", "portfolio"] as const)), dice),
};
const theDatabase: Fault = { name: "PostgreSQL", strike: restartDatabase };
const aBackend: Fault = {
  name: "a backend of PostgreSQL",
  async strike({ server }) {
    await server.killBackend();
    await server.ready();
  },
};
const theDatabaseAndPods: Fault = {
  name: "PostgreSQL and some pods",
  async strike(town, dice) {
    const places = dice.shuffled(town.places).slice(0, dice.from(1, 3));
    await Promise.all([restartDatabase(town, dice), restart(town, places, dice)]);
  },
};
const everything: Fault = {
  name: "everything",
  async strike(town, dice) {
    await Promise.all([town.server.kill(), kill(town, town.places)]);
    await town.server.start();
    await open(town, dice.shuffled(town.places));
  },
};
const aFrozenHolder: Fault = {
  name: "a pod while the holder of a shard is frozen, which then wakes up",
  async strike(town, dice) {
    const { rows } = await town.server.postgres.query(
      "SELECT owner FROM leases WHERE name = $1 AND owner IS NOT NULL",
      [dice.pick(["feed", "shard-0", "shard-3", "shard-6"])],
    );
    const holder = town.placesOf("trading").find(({ name }) => rows[0]?.owner.startsWith(`${name}/`));
    const frozen = holder ?? dice.pick(town.placesOf("trading"));
    const others = town.places.filter(({ service }) => service !== "trading");
    town.freeze(frozen);
    const [begun] = [performance.now()];
    await restart(town, [dice.pick(others)], dice);
    await sleep(Math.max(0, LONGER_THAN_A_LEASE_MS + dice.from(0, 800) - (performance.now() - begun)));
    town.thaw(frozen);
  },
};
const aPause: Fault = {
  name: "a pod while another is frozen for a moment",
  async strike(town, dice) {
    const [frozen, killed] = dice.shuffled(town.places) as [Place, Place];
    town.freeze(frozen);
    await restart(town, [killed], dice);
    await aWhile(dice, 1000);
    town.thaw(frozen);
  },
};

/** 25 rounds: each kind of fault as often as it is here, in an order of the dice's. */
const DECK: readonly Fault[] = [
  ...[
    aPod,
    aPod,
    aPod,
    aPod,
    aTrader,
    aTrader,
    aTrader,
    aSuccessor,
    aSuccessor,
    aService,
    aService,
    aService,
  ],
  ...[theDatabase, theDatabase, theDatabase, theDatabase, aBackend, aBackend],
  ...[theDatabaseAndPods, theDatabaseAndPods, theDatabaseAndPods, everything],
  ...[aFrozenHolder, aFrozenHolder, aPause],
];

export const BLOCK = DECK.length;

/** The faults of so many rounds. */
export function drawFaults(dice: Dice): Fault[] {
  return dice.shuffled(DECK);
}
