import { quantity } from "./spec/quantity.ts";
import type { PodContainer } from "./spec/pod-template.ts";

/** The value of a `resourceFieldRef` such as `limits.memory`: a whole number of divisors, rounded up. */
export function resourceField(
  container: PodContainer,
  reference: { resource: string; divisor: string | number },
): string {
  const [kind, name] = reference.resource.split(".", 2);
  if ((kind !== "limits" && kind !== "requests") || !name)
    throw new Error(`resourceFieldRef ${reference.resource} isn't known; use limits.* or requests.*`);
  const { limits, requests } = container.resources;
  const declared = kind === "limits" ? limits[name] : (requests[name] ?? limits[name]);
  if (declared === undefined)
    throw new Error(`resourceFieldRef ${reference.resource}: container ${container.name} declares none`);
  // A divisor of "0" is how the API server writes the default.
  return String(Math.ceil(quantity(declared) / (quantity(reference.divisor) || 1)));
}
