const suffixes: Record<string, number> = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A Kubernetes quantity (`256Mi`, `0.5`, `100m`, `1e3`) as a number of bytes or cores. Throws for anything else. */
export function quantity(text: string | number): number {
  const [, digits, suffix] = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)$/.exec(String(text)) ?? [];
  const factor = suffixes[suffix ?? ""];
  const value = Number(digits);
  if (digits === undefined || factor === undefined || Number.isNaN(value))
    throw new Error(`"${text}" is no quantity: write a number with a suffix such as 256Mi, 1Gi or 500m`);
  return value * factor;
}
