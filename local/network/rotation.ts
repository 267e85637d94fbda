/** Round robin; begins at a random item, so that nodes which start together don't all begin with the same one. */
export class Rotation {
  #turn = Math.floor(Math.random() * 2 ** 20);

  next<T>(items: readonly T[]): T | undefined {
    this.#turn = (this.#turn + 1) % Number.MAX_SAFE_INTEGER;
    return items[this.#turn % items.length];
  }

  /** All of them, beginning with the next in turn. */
  order<T>(items: readonly T[]): T[] {
    this.next(items);
    const first = items.length === 0 ? 0 : this.#turn % items.length;
    return [...items.slice(first), ...items.slice(0, first)];
  }
}

/** Smooth weighted round robin: in every run of as many turns as the weights add up to, each item gets its weight. */
export class WeightedRotation<T> {
  readonly #items: { item: T; weight: number; credit: number }[];
  readonly #total: number;

  constructor(items: { item: T; weight: number }[]) {
    this.#items = items.filter(({ weight }) => weight > 0).map((one) => ({ ...one, credit: 0 }));
    this.#total = this.#items.reduce((sum, { weight }) => sum + weight, 0);
  }

  /** Undefined when every weight is 0. */
  next(): T | undefined {
    let best = this.#items[0];
    if (!best) return undefined;
    for (const one of this.#items) {
      one.credit += one.weight;
      if (one.credit > best.credit) best = one;
    }
    best.credit -= this.#total;
    return best.item;
  }
}
