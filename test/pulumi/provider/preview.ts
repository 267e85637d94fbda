import {
  dereference,
  isObject,
  isUnknown,
  type PropertyMap,
  reveal,
  sortKeys,
  UNKNOWN,
} from "../../../engine/graph/index.ts";

/** Whether two values are the same, whatever the order of their keys. */
export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sortKeys(a)) === JSON.stringify(sortKeys(b));
}

/** The inputs without what isn't known: whoever computes with values must not take the mark for one. */
export function known(inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(dereference<PropertyMap>(reveal(inputs)))
      .filter(([, value]) => !isUnknown(value) && !(Array.isArray(value) && hasUnknown(value)))
      .map(([key, value]) => [key, isObject(value) ? known(value) : value]),
  );
}

export function hasUnknown(value: unknown): boolean {
  if (isUnknown(value)) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isObject(value) && Object.values(value).some(hasUnknown);
}

/** What a preview may show of computed outputs: values that are given already, in `sources`; the rest isn't known yet. */
export function foreseen(computed: PropertyMap, ...sources: PropertyMap[]): PropertyMap {
  return Object.fromEntries(
    Object.entries(computed).map(([key, value]) => {
      const given = sources.map((source) => source[key]);
      if (given.some((item) => same(item, value))) return [key, value];
      const objects = given.filter(isObject);
      return [key, isObject(value) && objects.length > 0 ? foreseen(value, ...objects) : UNKNOWN];
    }),
  );
}
