/** How long a pod may hold its slot: one that never gets ready doesn't hold up the others. */
const holdMs = 10_000;

/** Lets only so many pods start at once: on two cores, ten processes that load their code together all come late. */
export class StartSlots {
  readonly #waiting = new Set<() => void>();
  #size: number;
  #taken = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Changes how many pods may start at once; those that hold a slot keep it. */
  resize(size: number): void {
    this.#size = size;
    this.#admit();
  }

  /** Waits for a slot; answers what gives it back, which may be called twice. Rejects when the signal aborts. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#taken < this.#size) this.#taken++;
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
    this.#taken--;
    this.#admit();
  }

  #admit(): void {
    for (const enter of this.#waiting) {
      if (this.#taken >= this.#size) return;
      this.#waiting.delete(enter);
      this.#taken++;
      enter();
    }
  }
}
