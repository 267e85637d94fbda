const MB = 1024 * 1024;
/** How often the burning starts anew. */
const PERIOD_MS = 20;

/** Memory that is held and time that is burnt, until told to end. */
export class Pressure {
  /** Filled, as pages that were never written take no memory. */
  memory: Buffer[];
  readonly #burning: NodeJS.Timeout | undefined;

  constructor({
    memoryMb = 0,
    cpuShare = 0,
  }: { memoryMb?: number | undefined; cpuShare?: number | undefined }) {
    this.memory = Array.from({ length: memoryMb }, () => Buffer.alloc(MB, 1));
    if (cpuShare > 0) this.#burning = setInterval(() => burn(PERIOD_MS * cpuShare), PERIOD_MS).unref();
  }

  end(): void {
    this.memory = [];
    clearInterval(this.#burning);
  }
}

function burn(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
