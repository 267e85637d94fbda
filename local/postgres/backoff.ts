/** Spaces out retries of one job: doubling from `first` to `limit` milliseconds, each with up to 25 % jitter. */
export class Backoff {
  readonly #first: number;
  readonly #limit: number;
  #delay: number;
  #until = 0;

  constructor(first: number, limit: number) {
    this.#first = first;
    this.#limit = limit;
    this.#delay = first;
  }

  /** May the job be tried now? */
  get open(): boolean {
    return performance.now() >= this.#until;
  }

  failed(): void {
    this.#until = performance.now() + this.#delay * (1 + Math.random() / 4);
    this.#delay = Math.min(this.#delay * 2, this.#limit);
  }

  succeeded(): void {
    this.#delay = this.#first;
    this.#until = 0;
  }
}
