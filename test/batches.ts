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

/** What each batch runs of these files, paths below `test/`: each file once, by the batch that names it most closely. */
export function divide(files: readonly string[]): Map<Batch, string[]> {
  const divided = new Map<Batch, string[]>(BATCHES.map((batch) => [batch, []]));
  for (const file of files) {
    const closeness = ({ of }: Batch) =>
      Math.max(0, ...of.filter((one) => file === one || file.startsWith(`${one}/`)).map((one) => one.length));
    const closest = Math.max(...BATCHES.map(closeness));
    const batch = BATCHES.find((one) => (closest === 0 ? one.of.length === 0 : closeness(one) === closest));
    if (!batch) throw new Error(`no batch runs test/${file}; add it to test/batches.ts`);
    divided.get(batch)?.push(file);
  }
  return divided;
}
