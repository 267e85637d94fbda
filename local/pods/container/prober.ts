import type { PodContainer, ProbeSpec } from "../spec/index.ts";
import { type Attempts, probeResults } from "./probe-results.ts";

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
