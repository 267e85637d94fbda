import type { Rollout } from "./core/sample.ts";
import type { Target } from "./sources/index.ts";

/** Rollouts are forgotten after this, in seconds. */
const FORGET_S = 3600;

/** Sees that pods of another release of a service come into a zone. What was there at first is no rollout. */
export class Rollouts {
  /** Service -> releases that are known. */
  readonly #releases = new Map<string, Set<string>>();
  /** Service, zone and release -> when its first pod was seen there. */
  readonly #seen = new Map<string, { service: string; zone: string; at: number }>();

  /** @param now seconds */
  see(targets: readonly Target[], now: number): Rollout[] {
    const first = new Set(targets.map(({ service }) => service).filter((one) => !this.#releases.has(one)));
    for (const { service, zone, release } of targets) {
      if (release === undefined) continue;
      const releases = this.#releases.get(service) ?? new Set();
      this.#releases.set(service, releases.add(release));
      const key = `${service} ${zone} ${release}`;
      // Of a service that is seen for the first time, no release is newer than another.
      if (!this.#seen.has(key))
        this.#seen.set(key, { service, zone, at: first.has(service) ? Number.NEGATIVE_INFINITY : now });
    }
    return [...this.#seen.values()]
      .map(({ service, zone, at }) => ({ service, zone, secondsAgo: now - at }))
      .filter(({ secondsAgo }) => secondsAgo <= FORGET_S);
  }
}
