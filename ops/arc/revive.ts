const times = new Set(["startTime", "expiryTime", "endTime"]);

/** An answer's JSON with its timestamps (epoch seconds) as Dates, at any depth. */
export function revive<T>(value: unknown): T {
  if (Array.isArray(value)) return value.map((item) => revive(item)) as T;
  if (typeof value !== "object" || value === null) return value as T;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      times.has(key) && typeof item === "number" ? new Date(item * 1000) : revive(item),
    ]),
  ) as T;
}
