import { CLASSES, LATENCY_EDGES } from "./sample.ts";

/** What the pods of one service in one zone answered, or a sum of such. */
export interface Counts {
  requests: number;
  errors: number;
  latency: number[];
}

export function noCounts(): Counts {
  return { requests: 0, errors: 0, latency: new Array<number>(CLASSES).fill(0) };
}

export function addTo(
  sum: Counts,
  part: { requests: number; errors: number; latency: ArrayLike<number> },
  sign = 1,
): void {
  sum.requests += sign * part.requests;
  sum.errors += sign * part.errors;
  for (let index = 0; index < CLASSES; index += 1) {
    sum.latency[index] = (sum.latency[index] as number) + sign * (part.latency[index] as number);
  }
}

/** Requests that took longer than the edge of a class. */
export function slowerThan({ latency }: { latency: ArrayLike<number> }, edge: number): number {
  let sum = 0;
  for (let index = edge + 1; index < CLASSES; index += 1) sum += latency[index] as number;
  return sum;
}

/** The latency, in seconds, that a share of the requests stay below, even within its class; undefined without any. */
export function quantile({ latency }: Counts, share: number): number | undefined {
  let total = 0;
  for (let index = 0; index < CLASSES; index += 1) total += latency[index] as number;
  if (total === 0) return undefined;
  let below = 0;
  for (let index = 0; index < LATENCY_EDGES.length; index += 1) {
    const count = latency[index] as number;
    if (below + count >= share * total && count > 0) {
      const from = index === 0 ? 0 : (LATENCY_EDGES[index - 1] as number);
      const to = LATENCY_EDGES[index] as number;
      return from + ((to - from) * (share * total - below)) / count;
    }
    below += count;
  }
  return LATENCY_EDGES.at(-1);
}

/** The last seconds' counts and their sum. */
export class Window {
  readonly sum = noCounts();
  readonly #seconds: Counts[] = [];
  readonly #length: number;

  constructor(length: number) {
    this.#length = length;
  }

  add(second: Counts): void {
    this.#seconds.push(second);
    addTo(this.sum, second);
    const oldest = this.#seconds.length > this.#length ? this.#seconds.shift() : undefined;
    if (oldest) addTo(this.sum, oldest, -1);
  }

  /** The sum without so many of the seconds that are the worst by a measure. */
  withoutWorst(count: number, badness: (second: Counts) => number): Counts {
    const rest = noCounts();
    addTo(rest, this.sum);
    const worst = this.#seconds.toSorted((a, b) => badness(b) - badness(a)).slice(0, count);
    for (const second of worst) addTo(rest, second, -1);
    return rest;
  }
}
