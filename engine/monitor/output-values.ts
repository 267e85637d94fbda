import {
  isObject,
  OUTPUT,
  type PropertyMap,
  RESOURCE,
  SECRET,
  SIGNATURE,
  secret,
  UNKNOWN,
} from "../graph/index.ts";

/** The URNs that output values in a value, however deep, came from. */
export function sourcesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(sourcesOf);
  if (!isObject(value)) return [];
  if (value[SIGNATURE] === RESOURCE) return sourcesOf(value.id);
  if (value[SIGNATURE] !== OUTPUT) return Object.values(value).flatMap(sourcesOf);
  const own = Array.isArray(value.dependencies) ? value.dependencies.map(String) : [];
  return [...own, ...sourcesOf(value.value)];
}

/** Replaces output values by what they hold, as a secret or unknown where they say so; what they came from is lost. */
export function withoutOutputs<T = unknown>(value: unknown): T {
  if (Array.isArray(value)) return value.map((item) => withoutOutputs(item)) as T;
  if (!isObject(value)) return value as T;
  if (value[SIGNATURE] === OUTPUT) {
    const held = "value" in value ? withoutOutputs(value.value) : UNKNOWN;
    return (value.secret === true ? secret(held) : held) as T;
  }
  return mapValues(value, withoutOutputs) as T;
}

/** Makes output values of secrets and of what is unknown, and of each property that came from a resource: for transforms. */
export function withOutputs(properties: PropertyMap, sources: Record<string, string[]>): PropertyMap {
  return mapValues(properties, (value, key) => {
    const made = outputsOf(value);
    const known = sourcesOf(made);
    const urns = sources[key] ?? [];
    if (urns.every((urn) => known.includes(urn))) return made;
    const output = isObject(made) && made[SIGNATURE] === OUTPUT ? made : { [SIGNATURE]: OUTPUT, value: made };
    const own = Array.isArray(output.dependencies) ? output.dependencies : [];
    return { ...output, dependencies: [...new Set([...own, ...urns])] };
  });
}

function outputsOf(value: unknown): unknown {
  if (value === UNKNOWN) return { [SIGNATURE]: OUTPUT };
  if (Array.isArray(value)) return value.map(outputsOf);
  if (!isObject(value) || value[SIGNATURE] === RESOURCE) return value;
  if (value[SIGNATURE] !== SECRET) return mapValues(value, outputsOf);
  const held = value.value === UNKNOWN ? {} : { value: outputsOf(value.value) };
  return { [SIGNATURE]: OUTPUT, ...held, secret: true };
}

function mapValues(
  object: Record<string, unknown>,
  map: (value: unknown, key: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}
