/** Seconds of the units in Go's notation of durations, in which Pulumi's custom timeouts are written. */
const units: Record<string, number> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

/** Seconds of a duration such as `1h30m` or `1.5s`; undefined where it isn't one. */
export function seconds(duration: string): number | undefined {
  const part = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/gy;
  let total = 0;
  if (duration === "") return undefined;
  while (part.lastIndex < duration.length) {
    const found = part.exec(duration);
    if (!found) return undefined;
    total += Number(found[1]) * (units[found[2] ?? ""] ?? 0);
  }
  return total;
}
