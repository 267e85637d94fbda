/** Random numbers that a seed decides, from 0 to 1 (mulberry32). */
export class SeededRandom {
  #state: number;

  /** @param parts e.g. the run's seed and a round's number */
  constructor(...parts: number[]) {
    this.#state = parts.reduce(
      (state, part) => Math.imul(state ^ part, 0x9e3779b1) ^ (state >>> 13),
      0x2545f491,
    );
  }

  readonly random = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };

  /** A whole number from `least` to `most`. */
  from(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  pick<T>(values: readonly T[]): T {
    if (values.length === 0) throw new Error("there is nothing to pick from");
    return values[this.from(0, values.length - 1)] as T;
  }

  chance(share: number): boolean {
    return this.random() < share;
  }

  shuffled<T>(values: readonly T[]): T[] {
    const rest = [...values];
    return values.map(() => rest.splice(this.from(0, rest.length - 1), 1)[0] as T);
  }
}
