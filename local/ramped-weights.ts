import { EventEmitter } from "node:events";
import type { Weights } from "./arc/index.ts";

/** How long a zone takes from its first share to its whole one, and between two steps, in milliseconds. */
const RAMP_MS = 20_000;
const STEP_MS = 1000;
/** Of its whole share, what it gets at once. */
const FIRST = 0.25;

interface Shifts {
  /** ARN -> zone -> 1, or 0 where a shift moves traffic away. */
  weights(): Weights;
  on(event: "change", listener: () => void): unknown;
}

/**
 * The share of its traffic that each zone gets: 0 while a zonal shift is applied, and after its end a growing one, since
 * its pods were idle. On AWS clients come back as their DNS answers expire, over a minute. Emits `change` at each step.
 */
export class RampedWeights extends EventEmitter<{ change: [] }> {
  readonly #shifts: Shifts;
  readonly #now: () => number;
  #before: Weights;
  /** ARN and zone -> when its shift ended. */
  readonly #returned = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param now milliseconds of a clock that never runs back */
  constructor(shifts: Shifts, now: () => number = () => performance.now()) {
    super();
    this.#shifts = shifts;
    this.#now = now;
    this.#before = shifts.weights();
    shifts.on("change", () => this.#compare());
  }

  /** ARN -> zone -> 0 to 1. */
  weights(): Record<string, Record<string, number>> {
    return mapWeights(this.#shifts.weights(), (weight, key) => weight * this.#share(key));
  }

  close(): void {
    clearInterval(this.#timer);
    this.removeAllListeners();
  }

  #compare(): void {
    const weights = this.#shifts.weights();
    mapWeights(weights, (weight, key, arn, zone) => {
      if (weight === 0) this.#returned.delete(key);
      else if (this.#before[arn]?.[zone] === 0) this.#returned.set(key, this.#now());
      return weight;
    });
    this.#before = weights;
    if (this.#returned.size > 0) this.#timer ??= setInterval(() => this.step(), STEP_MS).unref();
    this.emit("change");
  }

  /** One step; a timer takes them while a zone comes back. */
  step(): void {
    for (const key of [...this.#returned.keys()]) if (this.#share(key) === 1) this.#returned.delete(key);
    if (this.#returned.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    this.emit("change");
  }

  #share(key: string): number {
    const since = this.#returned.get(key);
    if (since === undefined) return 1;
    const share = FIRST + ((1 - FIRST) * (this.#now() - since)) / RAMP_MS;
    return Math.min(1, Math.round(share * 100) / 100);
  }
}

function mapWeights(
  weights: Weights,
  map: (weight: number, key: string, arn: string, zone: string) => number,
): Record<string, Record<string, number>> {
  return Object.fromEntries(
    Object.entries(weights).map(([arn, zones]) => [
      arn,
      Object.fromEntries(
        Object.entries(zones).map(([zone, weight]) => [zone, map(weight, `${arn} ${zone}`, arn, zone)]),
      ),
    ]),
  );
}
