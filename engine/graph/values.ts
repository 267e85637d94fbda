import type { PropertyMap } from "./graph.ts";

/**
 * Values as they cross Pulumi's wire: plain JSON, in which an object with the signature key stands for a
 * special value. The constants are those of the SDK (`@pulumi/pulumi/runtime/rpc`).
 */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
export const ASSET = "c44067f5952c0a294b673a41bacd8c17";
export const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
export const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
export const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Stands for a value that a preview doesn't know yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type WireObject = Record<string, unknown>;

/** Whether the value is a JSON object: neither null nor an array. */
export function isObject(value: unknown): value is WireObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether the value itself is a secret (a secret further inside doesn't count). */
export function isSecret(value: unknown): boolean {
  if (!isObject(value)) return false;
  return value[SIGNATURE] === SECRET || (value[SIGNATURE] === OUTPUT && value.secret === true);
}

/** Whether the value is a secret or has one anywhere inside. */
export function hasSecret(value: unknown): boolean {
  if (isSecret(value)) return true;
  if (Array.isArray(value)) return value.some(hasSecret);
  return isObject(value) && Object.values(value).some(hasSecret);
}

/** Marks a value as secret. */
export function secret(value: unknown): unknown {
  return isSecret(value) ? value : { [SIGNATURE]: SECRET, value: value ?? null };
}

/** Applies `replace` to every signed object, innermost last; what it returns is not walked again. */
function walk(value: unknown, replace: (signed: WireObject) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, replace));
  if (!isObject(value)) return value;
  if (SIGNATURE in value) {
    const replaced = replace(value);
    if (replaced !== value) return replaced;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, replace)]));
}

/** Drops secret and output signatures deeply; an output that is not known becomes `UNKNOWN`. */
export function reveal<T = unknown>(value: unknown): T {
  return walk(value, (signed) => {
    if (signed[SIGNATURE] === SECRET) return reveal(signed.value);
    if (signed[SIGNATURE] === OUTPUT) return "value" in signed ? reveal(signed.value) : UNKNOWN;
    return signed;
  }) as T;
}

/** Replaces every secret, however deep, by the text `[secret]`. */
export function mask<T = unknown>(value: unknown): T {
  return walk(value, (signed) => {
    if (isSecret(signed)) return "[secret]";
    if (signed[SIGNATURE] === OUTPUT) return "value" in signed ? mask(signed.value) : UNKNOWN;
    return signed;
  }) as T;
}

/** Replaces resource references by the resource's id or, for a component, its URN: what most providers understand. */
export function dereference<T = unknown>(value: unknown): T {
  return walk(value, (signed) => {
    if (signed[SIGNATURE] !== RESOURCE) return signed;
    return "id" in signed ? signed.id || UNKNOWN : signed.urn;
  }) as T;
}

/** Leaves out the marks by which the SDK knows its own assets and archives, which it sends along. */
export function withoutMarkers(properties: PropertyMap): PropertyMap {
  const isMark = (key: string) => key === "__pulumiAsset" || key === "__pulumiArchive";
  const clean = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(clean);
    if (!isObject(value)) return value;
    const signed = value[SIGNATURE] === ASSET || value[SIGNATURE] === ARCHIVE;
    const entries = Object.entries(value).filter(([key]) => !(signed && isMark(key)));
    return Object.fromEntries(entries.map(([key, item]) => [key, clean(item)]));
  };
  return clean(properties) as PropertyMap;
}

/** The URNs of the resources that the value refers to, however deep. */
export function referencedUrns(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencedUrns);
  if (!isObject(value)) return [];
  if (value[SIGNATURE] === RESOURCE) return [String(value.urn)];
  return Object.values(value).flatMap(referencedUrns);
}

/** The same value with the keys of every object sorted, so that its JSON is stable. */
export function sortKeys<T>(value: T): T {
  if (Array.isArray(value)) return value.map(sortKeys) as T;
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)])) as T;
}

/** Marks as secret in `outputs` what is secret in `inputs`: providers answer with plain values. */
export function keepSecrets(outputs: PropertyMap, inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(outputs).map(([key, output]) => {
      const input = inputs[key];
      if (isSecret(input)) return [key, secret(output)];
      if (isObject(input) && isObject(output)) return [key, keepSecrets(output, input)];
      if (Array.isArray(input) && Array.isArray(output)) {
        return [key, output.map((item, index) => keepSecrets({ item }, { item: input[index] }).item)];
      }
      return [key, output];
    }),
  );
}

/** Whether the value stands for one that a preview doesn't know yet. */
export function isUnknown(value: unknown): boolean {
  return value === UNKNOWN || (isObject(value) && value[SIGNATURE] === OUTPUT && !("value" in value));
}
