/** How long a pod may hold its slot: one that never gets ready doesn't hold up the others. */
const holdMs = 10_000;

/** Lets only so many pods start at once: on two cores, ten processes that load their code together all come late. */
export class StartSlots {
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(size: number) {
    this.#free = size;
  }

  /** Waits for a slot; answers what gives it back, which may be called twice. Rejects when the signal aborts. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#turn(signal);
    let held = true;
    const release = () => {
      clearTimeout(timer);
      if (held) this.#giveBack();
      held = false;
    };
    const timer = setTimeout(release, holdMs);
    return release;
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(enter);
        reject(signal.reason);
      };
      const enter = () => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      this.#waiting.add(enter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  #giveBack(): void {
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      next();
    } else this.#free++;
  }
}
