/** Test files that one process runs. */
export interface Batch {
  name: string;
  /** Folders below `test/`, and files; of none: all that no other batch has. */
  of: string[];
  /** Uses all of the machine, or times what it looks at: nothing else runs beside it. */
  alone?: boolean;
}

/** In the order of their starts, the longest first, so that none is left to run by itself at the end. */
const BATCHES: Batch[] = [
  { name: "the Pulumi CLI", of: ["pulumi"] },
  // Beside the one above, which computes all the time: this one waits most of it.
  { name: "the laptop's parts", of: ["local"] },
  // Together: they look at the same graphs, of which each is evaluated once in a process.
  {
    name: "the program's graphs",
    of: ["components", "config", "kubernetes", "ops", "policies", "program"],
  },
  { name: "the services", of: ["services"] },
  { name: "images", of: ["images"] },
  { name: "the rest", of: [] },
  { name: "the platform", of: ["platform"], alone: true },
  { name: "how fast the page is", of: ["services/web/performance.test.ts"], alone: true },
  { name: "rounds of kill -9", of: ["services/rounds.test.ts"], alone: true },
  { name: "simulated worlds", of: ["services/trading/simulation.test.ts"], alone: true },
];

/**
 * Folders and files that take too long for somebody who waits: the real engine, images, scanners and a browser, the whole
 * platform but for orders through it, and faults that last. `WHOLE=1 npm test` runs them too, and so does `.ci/run`.
 */
export const LONG: readonly string[] = [
  "pulumi",
  "images",
  "scanners",
  "platform",
  "components/stacks",
  "engine/evaluate/compiled.test.ts",
  "engine/evaluate/failures.test.ts",
  "engine/judge",
  "local/network/faults.test.ts",
  "local/network/zone-proxy/chaos.test.ts",
  "local/pods/jobs.test.ts",
  "local/postgres/failover.test.ts",
  "local/postgres/faults.test.ts",
  "ops/backup.test.ts",
  "ops/load/frozen.test.ts",
  "ops/pipeline",
  "policies/mutations.test.ts",
  "policies/programs.test.ts",
  "program/layers-judged.test.ts",
  "services/fuzz.test.ts",
  "services/guard/replay.test.ts",
  "services/guard/service.test.ts",
  "services/kit/telemetry/log.test.ts",
  "services/market-data/stream/hostile.test.ts",
  "services/migrations/under-load.test.ts",
  "services/news/saturation.test.ts",
  "services/slow-bodies.test.ts",
  "services/web",
];
/** What of these a person waits for. */
export const QUICK: readonly string[] = [
  "platform/orders.test.ts",
  "services/web/page.test.ts",
  "services/web/ticket.test.ts",
];

/** Whether a file is `one`, or lies below the folder `one`. */
export const isBelow = (file: string, one: string): boolean => file === one || file.startsWith(`${one}/`);

/** Whether a file, a path below `test/`, is one of those that only the whole run has. */
export const isLong = (file: string): boolean =>
  !QUICK.includes(file) && LONG.some((one) => isBelow(file, one));

/** What each batch runs of these files, paths below `test/`: each file once, by the batch that names it most closely. */
export function divide(files: readonly string[]): Map<Batch, string[]> {
  const divided = new Map<Batch, string[]>(BATCHES.map((batch) => [batch, []]));
  for (const file of files) {
    const closeness = ({ of }: Batch) =>
      Math.max(0, ...of.filter((one) => isBelow(file, one)).map((one) => one.length));
    const closest = Math.max(...BATCHES.map(closeness));
    const batch = BATCHES.find((one) => (closest === 0 ? one.of.length === 0 : closeness(one) === closest));
    if (!batch) throw new Error(`no batch runs test/${file}; add it to test/batches.ts`);
    divided.get(batch)?.push(file);
  }
  return divided;
}
