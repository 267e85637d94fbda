import { setTimeout as sleep } from "node:timers/promises";
import type { SeededRandom } from "./random.ts";
import type { Replica, RunningServices } from "./running-services.ts";

/** What can happen to the running services. Each kills at least one process, and leaves all running again. */
export interface Fault {
  name: string;
  strike(services: RunningServices, random: SeededRandom): Promise<void>;
}

/** A lease lives for 3 s: who is frozen for longer wakes up as one who was replaced, and does not know. */
const LONGER_THAN_A_LEASE_MS = 3600;

const kill = (services: RunningServices, replicas: readonly Replica[]) =>
  Promise.all(replicas.map((replica) => services.kill(replica)));
const open = (services: RunningServices, replicas: readonly Replica[], isAnother = false) =>
  Promise.all(replicas.map((replica) => services.open(replica, isAnother)));
const aWhile = (random: SeededRandom, mostMs = 400) => sleep(random.from(0, mostMs));

async function restart(
  services: RunningServices,
  replicas: readonly Replica[],
  random: SeededRandom,
  isAnother = false,
): Promise<void> {
  await kill(services, replicas);
  await aWhile(random);
  await open(services, replicas, isAnother);
}

async function restartDatabase(services: RunningServices, random: SeededRandom): Promise<void> {
  await services.server.kill();
  await aWhile(random);
  await services.server.start();
}

const aPod: Fault = {
  name: "a pod",
  strike: (services, random) => restart(services, [random.pick(services.replicas)], random),
};
const aTrader: Fault = {
  name: "a pod of trading",
  strike: (services, random) => restart(services, [random.pick(services.replicasOf("trading"))], random),
};
const aSuccessor: Fault = {
  name: "a pod of trading, which another replaces",
  strike: (services, random) =>
    restart(services, [random.pick(services.replicasOf("trading"))], random, true),
};
const aService: Fault = {
  name: "all pods of a service",
  strike: (services, random) =>
    restart(
      services,
      services.replicasOf(random.pick(["trading", "transactions", "portfolio"] as const)),
      random,
    ),
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
  async strike(services, random) {
    const replicas = random.shuffled(services.replicas).slice(0, random.from(1, 3));
    await Promise.all([restartDatabase(services, random), restart(services, replicas, random)]);
  },
};
const everything: Fault = {
  name: "everything",
  async strike(services, random) {
    await Promise.all([services.server.kill(), kill(services, services.replicas)]);
    await services.server.start();
    await open(services, random.shuffled(services.replicas));
  },
};
const aFrozenHolder: Fault = {
  name: "a pod while the holder of a shard is frozen, which then wakes up",
  async strike(services, random) {
    const { rows } = await services.server.postgres.query(
      "SELECT owner FROM leases WHERE name = $1 AND owner IS NOT NULL",
      [random.pick(["feed", "shard-0", "shard-3", "shard-6"])],
    );
    const holder = services.replicasOf("trading").find(({ name }) => rows[0]?.owner.startsWith(`${name}/`));
    const frozen = holder ?? random.pick(services.replicasOf("trading"));
    const others = services.replicas.filter(({ service }) => service !== "trading");
    services.freeze(frozen);
    const [begun] = [performance.now()];
    await restart(services, [random.pick(others)], random);
    await sleep(Math.max(0, LONGER_THAN_A_LEASE_MS + random.from(0, 800) - (performance.now() - begun)));
    services.thaw(frozen);
  },
};
const aPause: Fault = {
  name: "a pod while another is frozen for a moment",
  async strike(services, random) {
    const [frozen, killed] = random.shuffled(services.replicas) as [Replica, Replica];
    services.freeze(frozen);
    await restart(services, [killed], random);
    await aWhile(random, 1000);
    services.thaw(frozen);
  },
};

/** 25 rounds: each kind of fault as often as it is here, in random order. */
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
export function drawFaults(random: SeededRandom): Fault[] {
  return random.shuffled(DECK);
}
