import type { HealthCheck } from "../state.ts";

/** While a target is new it is asked this often instead of at the declared interval: a laptop's user waits for it. */
const INITIAL_INTERVAL_MS = 250;

/** Asks a target for its health again and again, and counts the answers in a row. */
export class HealthChecker {
  readonly #check: HealthCheck;
  readonly #ask: () => Promise<boolean>;
  readonly #onVerdict: (healthy: boolean) => void;
  /** Answers in a row of the same kind; negative for failures. */
  #streak = 0;
  #verdict: boolean | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** `onVerdict` is called at the first healthy answer, and whenever a threshold is reached after that. */
  constructor(check: HealthCheck, ask: () => Promise<boolean>, onVerdict: (healthy: boolean) => void) {
    this.#check = check;
    this.#ask = ask;
    this.#onVerdict = onVerdict;
  }

  start(): void {
    if (this.#check.enabled) void this.#round();
    else this.#onVerdict(true);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #round(): Promise<void> {
    const asked = performance.now();
    const healthy = await this.#ask();
    if (this.#stopped) return;
    const took = performance.now() - asked;
    // This process was stopped meanwhile if the answer took longer than its time limit: it then counts for nothing.
    if (took < this.#check.timeoutMs + 500) this.#count(healthy);
    const interval = this.#verdict === undefined ? INITIAL_INTERVAL_MS : this.#check.intervalMs;
    this.#timer = setTimeout(
      () => void this.#round(),
      Math.max(0, Math.min(interval, this.#check.intervalMs) - took),
    );
  }

  #count(healthy: boolean): void {
    this.#streak = healthy === this.#streak > 0 ? this.#streak + (healthy ? 1 : -1) : healthy ? 1 : -1;
    const { healthyThreshold, unhealthyThreshold } = this.#check;
    // A new target needs one healthy answer only.
    const needed = healthy ? (this.#verdict === undefined ? 1 : healthyThreshold) : unhealthyThreshold;
    if (this.#verdict === healthy || Math.abs(this.#streak) < needed) return;
    this.#verdict = healthy;
    this.#onVerdict(healthy);
  }
}

/** Whether a status is among codes such as `200`, `200,202` or `200-299`. */
export function matches(matcher: string, status: number): boolean {
  return matcher.split(",").some((part) => {
    const [from = Number.NaN, to = from] = part.trim().split("-").map(Number);
    return status >= from && status <= to;
  });
}
