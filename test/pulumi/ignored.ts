import { type Graph, isObject, type PropertyMap, type Resource } from "../../engine/index.ts";

/**
 * The graph as an engine has it that had the one before: inputs of which a resource ignores changes are as they were.
 * The offline engine has no state, so it always shows what a first update makes.
 * @throws Error for a path with more than names and dots, such as `a[0]`
 */
export function afterwards(before: Graph, after: Graph): Graph {
  const known = new Map(before.resources.map((resource) => [resource.urn, resource]));
  const resources = after.resources.map((resource) => {
    const earlier = known.get(resource.urn);
    return earlier ? keeping(earlier, resource) : resource;
  });
  return { ...after, resources };
}

function keeping(earlier: Resource, { inputs, ...resource }: Resource): Resource {
  const paths = resource.options.ignoreChanges ?? [];
  return {
    ...resource,
    inputs: paths.reduce((kept, path) => withOld(kept, earlier.inputs, keysOf(path)), inputs),
  };
}

function keysOf(path: string): string[] {
  if (/^\w+(\.\w+)*$/.test(path)) return path.split(".");
  throw new Error(`ignoreChanges has ${path}, and only names with dots between them are read here`);
}

function withOld(now: PropertyMap, old: PropertyMap, [key = "", ...rest]: string[]): PropertyMap {
  const [was, is] = [old[key], now[key]];
  if (rest.length > 0) {
    return isObject(was) && isObject(is) ? { ...now, [key]: withOld(is, was, rest) } : now;
  }
  if (key in old) return { ...now, [key]: was };
  const { [key]: _, ...others } = now;
  return others;
}
