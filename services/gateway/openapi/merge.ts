type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Node = { [key: string]: Json };

/** A service's OpenAPI document. */
export interface Part {
  service: string;
  document: Node;
  /** Whether a path is one that the gateway routes to that service. */
  routes(path: string): boolean;
}

const REF = /^#\/components\/([^/]+)\/([^/]+)$/;

/**
 * One OpenAPI document of the services'. Components of one name and content are one; where the contents differ the
 * later service's carries its name as a prefix.
 */
export function merge(base: Node, parts: readonly Part[]): Node {
  const paths: Node = { ...object(base.paths) };
  const components: Record<string, Node> = {};
  for (const [kind, named] of Object.entries(object(base.components)))
    components[kind] = { ...object(named) };
  for (const { service, document, routes } of parts) {
    const renamed = renames(service, object(document.components), components);
    for (const [kind, named] of Object.entries(object(document.components))) {
      const all = components[kind] ?? {};
      components[kind] = all;
      for (const [name, content] of Object.entries(object(named))) {
        all[renamed.get(`${kind}/${name}`) ?? name] = rewrite(content, renamed);
      }
    }
    for (const [path, item] of Object.entries(object(document.paths))) {
      if (routes(path)) paths[path] = rewrite(item, renamed);
    }
  }
  return { ...base, paths, components };
}

/** New names, by kind and name, of the components that others of that name differ from, in themselves or in a part. */
function renames(service: string, own: Node, taken: Record<string, Node>): Map<string, string> {
  const prefix = service.replace(/[^\w]/g, "_");
  const renamed = new Map<string, string>();
  for (let before = -1; before < renamed.size; ) {
    before = renamed.size;
    for (const [kind, named] of Object.entries(own)) {
      for (const [name, content] of Object.entries(object(named))) {
        const other = taken[kind]?.[name];
        if (other === undefined || JSON.stringify(other) === JSON.stringify(rewrite(content, renamed)))
          continue;
        renamed.set(`${kind}/${name}`, `${prefix}_${name}`);
      }
    }
  }
  return renamed;
}

function rewrite(value: Json, renamed: ReadonlyMap<string, string>): Json {
  if (renamed.size === 0 || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => rewrite(one, renamed));
  const entries = Object.entries(value).map(([key, one]): [string, Json] => {
    const ref = key === "$ref" && typeof one === "string" ? REF.exec(one) : null;
    const name = ref && renamed.get(`${ref[1]}/${ref[2]}`);
    return [key, name ? `#/components/${ref[1]}/${name}` : rewrite(one, renamed)];
  });
  return Object.fromEntries(entries);
}

function object(value: Json | undefined): Node {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
