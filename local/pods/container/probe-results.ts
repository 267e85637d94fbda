import { setTimeout as sleep } from "node:timers/promises";
import type { ProbeSpec } from "../spec/index.ts";

/** Somebody watches a laptop's start: until a probe first succeeds it is asked this often, not once a period. */
const eagerMs = 100;
/** A container that isn't up by then waits for something; asking it so often would cost the others their share. */
const eagerForMs = 20_000;

export interface Attempts {
  /** Rejects when the probe fails. */
  check(probe: ProbeSpec): Promise<void>;
  /** A frozen zone's kubelet is frozen too: it asks nothing and concludes nothing. */
  paused(): boolean;
  /** Gets the reason of every failed attempt, also below the threshold. */
  failed(why: string): void;
  signal: AbortSignal;
}

/**
 * Asks one probe again and again as kubelet does, and yields each time a threshold is or stays reached.
 * Ends by rejecting when the signal aborts.
 * @param eager Whether to ask more often than declared until the first success. Such questions can bring the
 *   success forward, never the failure: failures count once a declared period.
 */
export async function* probeResults(
  probe: ProbeSpec,
  eager: boolean,
  attempts: Attempts,
): AsyncGenerator<"success" | "failure", never> {
  const streak = new Streak(probe);
  const periodMs = probe.periodSeconds * 1000;
  const pause = (ms: number) => sleep(Math.max(0, ms), undefined, { signal: attempts.signal });
  const eagerUntil = performance.now() + probe.initialDelaySeconds * 1000 + (eager ? eagerForMs : 0);
  let waiting = eager;
  let countFrom = 0;
  await pause(probe.initialDelaySeconds * 1000);
  for (;;) {
    const asked = performance.now();
    const ok = await attempt(probe, attempts);
    const counts = ok || asked >= countFrom;
    if (!ok && counts) countFrom = asked + periodMs;
    const result = ok === undefined || !counts ? undefined : streak.record(ok);
    if (result === "success") waiting = false;
    if (result) yield result;
    const wait = waiting && asked < eagerUntil ? Math.min(periodMs, eagerMs) : periodMs;
    await pause(asked + wait - performance.now());
  }
}

/** Undefined when the zone was frozen meanwhile: such an answer says nothing. */
async function attempt(probe: ProbeSpec, attempts: Attempts): Promise<boolean | undefined> {
  if (attempts.paused()) return undefined;
  try {
    await attempts.check(probe);
    return attempts.paused() ? undefined : true;
  } catch (error) {
    if (attempts.paused()) return undefined;
    if (!attempts.signal.aborted) attempts.failed((error as Error).message);
    return false;
  }
}

/** Counts a probe's results in a row against its thresholds, as kubelet does. */
export class Streak {
  readonly #thresholds: { successThreshold: number; failureThreshold: number };
  #successes = 0;
  #failures = 0;

  constructor(thresholds: { successThreshold: number; failureThreshold: number }) {
    this.#thresholds = thresholds;
  }

  /** Answers what the probe now says for certain; undefined while a threshold isn't reached. */
  record(ok: boolean): "success" | "failure" | undefined {
    this.#successes = ok ? this.#successes + 1 : 0;
    this.#failures = ok ? 0 : this.#failures + 1;
    if (this.#successes >= this.#thresholds.successThreshold) return "success";
    return this.#failures >= this.#thresholds.failureThreshold ? "failure" : undefined;
  }
}
