import { parseAllDocuments } from "yaml";
import { items, read } from "./values.ts";

/** A Kubernetes object that another resource holds among its arguments. */
export interface HeldObject {
  /** Where it is there: `objs[0] (Deployment "web")`. */
  where: string;
  /** Its type as Pulumi would name it: `kubernetes:apps/v1:Deployment`. */
  type: string;
  /** Its manifest. */
  props: unknown;
}

const GROUP = /^kubernetes:yaml(\/v2)?:ConfigGroup$/;
const CHART = /^kubernetes:helm\.sh\/v\d:/;

/**
 * The objects that a component of manifests is given as objects or YAML, and those among a chart's values
 * (`extraObjects`): they are made by the provider, so that a plan without it has no resources for them.
 */
export function heldObjects(type: string, props: unknown): HeldObject[] {
  if (CHART.test(type)) return [...within(read(props, "values"), "values")];
  if (!GROUP.test(type)) return [];
  const given = [
    ...list(read(props, "objs")).map((value, index) => ({ value, path: `objs[${index}]` })),
    ...list(read(props, "yaml")).flatMap((text, at) =>
      documentsOf(text).map((value, index) => ({ value, path: `yaml[${at}] document ${index + 1}` })),
    ),
  ];
  return given.flatMap(({ value, path }) => objects(value, path));
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? items(value) : value === undefined || value === null ? [] : [value];
}

/** The documents of a YAML text; those that can't be parsed are refused by the provider. */
function documentsOf(text: unknown): unknown[] {
  if (typeof text !== "string") return [];
  const documents = parseAllDocuments(text);
  return Array.isArray(documents)
    ? documents.filter(({ errors }) => errors.length === 0).map((document) => document.toJS())
    : [];
}

/** The object, or the items of a `List`. */
function objects(value: unknown, path: string): HeldObject[] {
  const [version, kind] = [read(value, "apiVersion"), read(value, "kind")];
  if (typeof version !== "string" || typeof kind !== "string") return [];
  if (version === "v1" && kind === "List") {
    return items(read(value, "items")).flatMap((item, index) => objects(item, `${path}.items[${index}]`));
  }
  const name = read(value, "metadata", "name");
  const group = version.includes("/") ? version : `core/${version}`;
  const where = `${path} (${kind}${typeof name === "string" ? ` ${JSON.stringify(name)}` : ""})`;
  return [{ where, type: `kubernetes:${group}:${kind}`, props: value }];
}

function* within(value: unknown, path: string): Generator<HeldObject> {
  if (typeof value !== "object" || value === null) return;
  // A reference to an object has its version and kind too, and no metadata.
  const found = read(value, "metadata") === undefined ? [] : objects(value, path);
  yield* found;
  if (found.length > 0) return;
  for (const key of Object.keys(value)) {
    yield* within(read(value, key), Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`);
  }
}
