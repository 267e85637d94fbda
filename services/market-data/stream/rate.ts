const BURST = 20;
const PER_SECOND = 5;

/** A token bucket for one client's messages. */
export class Rate {
  #tokens = BURST;
  #at = performance.now();

  /** False when the client sends too much. */
  take(now = performance.now()): boolean {
    this.#tokens = Math.min(BURST, this.#tokens + ((now - this.#at) / 1000) * PER_SECOND);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
