import type { Target } from "./sources/index.ts";

/** A Node process computes on one core: its event loop is full at this. */
const CORES_A_POD = 1;

/**
 * The share of its pods' capacity that each zone uses: that of its busiest service, as that one is full first. A zone in
 * which a service has no ready pod has no room at all; one whose pods' CPU time isn't known isn't known.
 */
export function utilisationOf(
  targets: readonly Target[],
  zones: readonly string[],
  cores: (pod: string) => number | undefined,
): Record<string, number | undefined> {
  const services = new Set(targets.map(({ service }) => service));
  return Object.fromEntries(
    zones.map((zone) => {
      const shares = [...services].map((service) => {
        const ready = targets.filter((one) => one.service === service && one.zone === zone && one.ready);
        const used = ready.map(({ pod }) => cores(pod)).filter((one) => one !== undefined);
        if (ready.length === 0) return Number.POSITIVE_INFINITY;
        if (used.length === 0) return undefined;
        return used.reduce((sum, one) => sum + one, 0) / (used.length * CORES_A_POD);
      });
      const known = shares.filter((share) => share !== undefined);
      const most = Math.max(...known);
      const isKnown =
        known.length > 0 && (known.length === shares.length || most === Number.POSITIVE_INFINITY);
      return [zone, isKnown ? most : undefined];
    }),
  );
}
