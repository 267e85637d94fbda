import { setTimeout as sleep } from "node:timers/promises";
import type { ProbeSpec } from "../spec/pod-template.ts";
import { Streak } from "../streak.ts";

/** Somebody watches a laptop's start: until a probe first succeeds it is asked this often, not once a period. */
const impatientMs = 100;
/** A container that isn't up by then waits for something; asking it so often would cost the others their share. */
const impatientForMs = 20_000;

export interface Attempts {
  /** Rejects when the probe fails. */
  check(probe: ProbeSpec): Promise<void>;
  /** A frozen zone's kubelet is frozen too: it asks nothing and judges nothing. */
  paused(): boolean;
  /** Told of every failed attempt, also below the threshold. */
  failed(why: string): void;
  signal: AbortSignal;
}

/**
 * Asks one probe again and again as kubelet does, and tells each time a threshold is or stays reached.
 * Ends by rejecting when the signal aborts.
 * @param impatient Whether to ask more often than declared until the first success. Such questions can bring the
 *   success forward, never the failure: failures count once a declared period.
 */
export async function* verdicts(
  probe: ProbeSpec,
  impatient: boolean,
  attempts: Attempts,
): AsyncGenerator<"success" | "failure", never> {
  const streak = new Streak(probe);
  const periodMs = probe.periodSeconds * 1000;
  const pause = (ms: number) => sleep(Math.max(0, ms), undefined, { signal: attempts.signal });
  const patientAt = performance.now() + probe.initialDelaySeconds * 1000 + (impatient ? impatientForMs : 0);
  let waiting = impatient;
  let countFrom = 0;
  await pause(probe.initialDelaySeconds * 1000);
  for (;;) {
    const asked = performance.now();
    const ok = await attempt(probe, attempts);
    const counts = ok || asked >= countFrom;
    if (!ok && counts) countFrom = asked + periodMs;
    const verdict = ok === undefined || !counts ? undefined : streak.record(ok);
    if (verdict === "success") waiting = false;
    if (verdict) yield verdict;
    const wait = waiting && asked < patientAt ? Math.min(periodMs, impatientMs) : periodMs;
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
