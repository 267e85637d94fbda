import { EventEmitter } from "node:events";

/** A node without a heartbeat for this long isn't ready; Kubernetes waits 40 s, which is long for somebody who watches. */
const LEASE_MS = 2000;
const TICK_MS = 200;

/** The node controller: which zones are ready, by the time of their last heartbeat. */
export class ZoneLeases extends EventEmitter<{ zone: [zone: string, ready: boolean] }> {
  readonly #renewed = new Map<string, number>();
  readonly #ready = new Map<string, boolean>();
  readonly #timer: NodeJS.Timeout;
  #lastTick = performance.now();

  /** All zones begin as not ready. */
  constructor(zones: string[]) {
    super();
    for (const zone of zones) this.#ready.set(zone, false);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  isReady(zone: string): boolean {
    return this.#ready.get(zone) ?? false;
  }

  /** Zone -> whether it is ready. */
  all(): Record<string, boolean> {
    return Object.fromEntries(this.#ready);
  }

  renew(zone: string): void {
    this.#renewed.set(zone, performance.now());
    this.#set(zone, true);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    const lag = now - this.#lastTick - TICK_MS;
    this.#lastTick = now;
    // While this process was held up it read no heartbeat: those that came meanwhile are read after this tick.
    if (lag > LEASE_MS / 4) for (const [zone, at] of this.#renewed) this.#renewed.set(zone, at + lag);
    for (const [zone, at] of this.#renewed)
      if (now - (this.#renewed.get(zone) ?? at) > LEASE_MS) this.#set(zone, false);
  }

  #set(zone: string, ready: boolean): void {
    if (this.#ready.get(zone) === ready) return;
    this.#ready.set(zone, ready);
    this.emit("zone", zone, ready);
  }
}
