/** Virtual time: things happen one after the other, in an order that only the seed decides. */
export class World {
  /** Milliseconds since the world began. */
  now = 0;
  readonly #queue: { at: number; number: number; run: () => void }[] = [];
  #number = 0;
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Evenly between 0 and 1 (mulberry32). */
  readonly random = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };

  chance(share: number): boolean {
    return this.random() < share;
  }

  pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.random() * values.length)] as T;
  }

  /** Has something happen after so many milliseconds. */
  after(ms: number, run: () => void): void {
    const entry = { at: this.now + ms, number: this.#number++, run };
    let i = this.#queue.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(entry, this.#queue[parent])) break;
      [this.#queue[i], this.#queue[parent]] = [this.#queue[parent] as typeof entry, entry];
      i = parent;
    }
  }

  /** Lets things happen until a time, or until `done`; after each, all that it set off in promises has happened, too. */
  async run(until: number, done: () => boolean): Promise<void> {
    while (!done()) {
      const next = this.#queue[0];
      if (!next || next.at > until) return;
      this.#pop();
      this.now = next.at;
      next.run();
      await new Promise(setImmediate);
    }
  }

  #pop(): void {
    const last = this.#queue.pop();
    if (!last || this.#queue.length === 0) return;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      const right = left + 1;
      const child = before(this.#queue[right], this.#queue[left]) ? right : left;
      const entry = this.#queue[child];
      if (!entry || !before(entry, last)) break;
      this.#queue[i] = entry;
      i = child;
    }
    this.#queue[i] = last;
  }
}

type Entry = { at: number; number: number };

function before(a: Entry | undefined, b: Entry | undefined): boolean {
  if (!a || !b) return a !== undefined;
  return a.at < b.at || (a.at === b.at && a.number < b.number);
}
