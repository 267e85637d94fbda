/** Kubernetes waits 10 s doubling to 300 s; on a laptop somebody is watching. */
const firstMs = 1000;
const maxMs = 30_000;
/** As kubelet does: a container that ran for twice the longest wait has recovered. */
const resetMs = 2 * maxMs;

/** Waits between the restarts of one container: none before the first, then doubling, with up to 20 % of jitter. */
export class Backoff {
  readonly #random: () => number;
  #failures = 0;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Milliseconds to wait after a run of this length. */
  next(ranMs: number): number {
    if (ranMs >= resetMs) this.#failures = 0;
    const failures = this.#failures++;
    if (failures === 0) return 0;
    return Math.min(maxMs, firstMs * 2 ** (failures - 1)) * (1 - 0.2 * this.#random());
  }
}
