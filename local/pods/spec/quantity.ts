/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;
const DECIMAL: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
};
const BINARY = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/** A Kubernetes quantity (`256Mi`, `0.5`, `100m`, `1e3`) as a number of bytes or cores; undefined for anything else. */
export function quantityOf(text: string | number): number | undefined {
  const [whole, digits, suffix = ""] = QUANTITY.exec(String(text)) ?? [];
  if (whole === undefined) return undefined;
  if (/^[eE][+-]?\d/.test(suffix)) return Number(whole);
  const power = BINARY.indexOf(suffix) + 1;
  return Number(digits) * (power > 0 ? 1024 ** power : (DECIMAL[suffix] ?? 1));
}

/** The same, for what must be a quantity. Throws where it is none. */
export function quantity(text: string | number): number {
  const value = quantityOf(text);
  if (value === undefined)
    throw new Error(`"${text}" is no quantity: write a number with a suffix such as 256Mi, 1Gi or 500m`);
  return value;
}
