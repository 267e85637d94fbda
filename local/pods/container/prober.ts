import { once } from "node:events";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { PodContainer, ProbeSpec } from "../spec/index.ts";

/** Container port number or name -> port on this machine. */
export type LocalPorts = Readonly<Record<string, number>>;

/**
 * One attempt of a probe: GET of the pod's port; a status from 200 to 399 is success, as for kubelet. Rejects saying why
 * it failed, at the latest after the probe's time limit.
 */
export async function check({ httpGet, timeoutSeconds }: ProbeSpec, ports: LocalPorts): Promise<void> {
  const port = ports[httpGet.port];
  if (port === undefined) throw new Error(`port ${httpGet.port} isn't among the container's ports`);
  const path = httpGet.path.startsWith("/") ? httpGet.path : `/${httpGet.path}`;
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  const headers = { "user-agent": "kube-probe/1" };
  // A connection of its own: a kept one would not notice that nobody listens any more.
  const outgoing = request({ host: "127.0.0.1", port, path, headers, agent: false, signal });
  try {
    outgoing.end();
    const [{ statusCode = 0 }] = await once(outgoing, "response");
    if (statusCode < 200 || statusCode > 399) throw new Error(`answered ${statusCode}`);
  } catch (cause) {
    const why = signal.aborted ? `no answer in ${timeoutSeconds} s` : (cause as Error).message;
    throw new Error(`GET ${path} on port ${httpGet.port}: ${why}`, { cause });
  } finally {
    // Destroying reports an error to nobody once the outcome is known.
    outgoing.on("error", () => outgoing.destroyed);
    outgoing.destroy();
  }
}

/** Somebody watches a laptop's start: until a probe first succeeds it is asked this often, not once a period. */
const eagerMs = 100;
/** A container that isn't up by then waits for something; asking it so often would cost the others their share. */
const eagerForMs = 20_000;

interface Attempts {
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
async function* probeResults(
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

interface ProberEvents extends Omit<Attempts, "signal"> {
  started(): void;
  ready(ready: boolean): void;
  /** The container is to be restarted. */
  unhealthy(probe: ProbeSpec, kind: "startup" | "liveness"): void;
}

/** Asks one running container's probes: the startup probe first, then readiness and liveness side by side. */
export class Prober {
  readonly #container: PodContainer;
  readonly #events: ProberEvents;
  readonly #abort = new AbortController();

  constructor(container: PodContainer, events: ProberEvents) {
    this.#container = container;
    this.#events = events;
    // Only its end by `stop` is expected; any other rejection is a fault of this program and must be seen.
    this.#run().catch((error) => {
      if (!this.#abort.signal.aborted) throw error;
    });
  }

  stop(): void {
    this.#abort.abort();
  }

  async #run(): Promise<void> {
    const { startupProbe, readinessProbe, livenessProbe } = this.#container;
    if (startupProbe && !(await this.#startup(startupProbe))) return;
    this.#abort.signal.throwIfAborted();
    this.#events.started();
    if (!readinessProbe) this.#events.ready(true);
    await Promise.all([
      readinessProbe && this.#readiness(readinessProbe),
      livenessProbe && this.#liveness(livenessProbe),
    ]);
  }

  async #startup(probe: ProbeSpec): Promise<boolean> {
    for await (const result of this.#results(probe, true)) {
      if (result === "failure") this.#events.unhealthy(probe, "startup");
      return result === "success";
    }
    return false;
  }

  async #readiness(probe: ProbeSpec): Promise<void> {
    for await (const result of this.#results(probe, true)) this.#events.ready(result === "success");
  }

  async #liveness(probe: ProbeSpec): Promise<void> {
    for await (const result of this.#results(probe, false)) {
      if (result === "failure") return this.#events.unhealthy(probe, "liveness");
    }
  }

  #results(probe: ProbeSpec, eager: boolean): AsyncIterable<"success" | "failure"> {
    return probeResults(probe, eager, {
      check: (one) => this.#events.check(one),
      paused: () => this.#events.paused(),
      failed: (why) => this.#events.failed(why),
      signal: this.#abort.signal,
    });
  }
}
