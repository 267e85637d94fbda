import {
  type Graph,
  isObject,
  isProviderType,
  isUnknown,
  mask,
  nameOf,
  type PropertyMap,
  packageOf,
  RESOURCE,
  type Resource,
  SIGNATURE,
  STACK_TYPE,
  sortKeys,
  typeOf,
} from "../../engine/index.ts";
import type { EngineGraph, EngineResource } from "./engine-graph.ts";

/** What is held against each other of a resource. */
interface View {
  parent?: string;
  protect: boolean;
  inputs: PropertyMap;
  /** URN. */
  provider?: string;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[]>;
}

/**
 * What the real engine's graph has that the offline one has not, and the other way round; a line a difference.
 * Apart are, each for its reason:
 * - children of remote components that the program doesn't register itself, and default providers that only they use:
 *   offline nobody constructs them;
 * - of a remote component its provider, which the real engine doesn't note, and what it depends on, which the plugin
 *   says that constructs it;
 * - in a provider's inputs `__internal`, the real engine's notes on the plugin;
 * - in a reference to a resource `packageVersion`, which is empty or absent, and the id of a provider, which is random.
 * And in a preview:
 * - values that the real engine doesn't know yet, an id in a reference to a resource among them;
 * - secrets, which it masks: only their places are compared;
 * - default providers, which it doesn't show.
 */
export function differences(offline: Graph, engine: EngineGraph): string[] {
  const preview = engine.kind === "preview";
  const shown = ({ urn }: { urn: string }) => !preview || !isDefaultProvider(urn);
  const remote = new Set(offline.resources.filter(({ remote }) => remote).map(({ urn }) => urn));
  const ours = new Map(
    offline.resources.filter(shown).map((resource) => [resource.urn, ofOffline(resource)]),
  );
  const own = programsOwn(engine.resources, remote, new Set(ours.keys())).filter(shown);
  const theirs = new Map(own.map((resource) => [resource.urn, ofEngine(resource, remote.has(resource.urn))]));
  return [...new Set([...ours.keys(), ...theirs.keys()])].sort().flatMap((urn) => {
    const [a, b] = [ours.get(urn), theirs.get(urn)];
    if (!a) return [`${urn}: only the real engine has it`];
    if (!b) return [`${urn}: only the offline engine has it`];
    return differing(a, b, "", preview).map((line) => `${urn} ${line}`);
  });
}

function isDefaultProvider(urn: string): boolean {
  return isProviderType(typeOf(urn)) && /^default(_|$)/.test(nameOf(urn));
}

/** The resources without those that were made below the remote components, and for their sake; `known` are the offline ones. */
function programsOwn(resources: EngineResource[], remote: Set<string>, known: Set<string>): EngineResource[] {
  const parents = new Map(resources.map(({ urn, parent }) => [urn, parent]));
  const constructed = (urn: string): boolean => {
    const parent = parents.get(urn);
    return parent !== undefined && (remote.has(parent) || constructed(parent));
  };
  const own = resources.filter(({ urn }) => known.has(urn) || !constructed(urn));
  // The engine has a package of its own, for stack references and the look-ups of those who construct.
  const managed = own.filter(({ type }) => type !== STACK_TYPE && !isProviderType(type));
  const wanted = new Set(managed.map(({ type }) => packageOf(type)));
  return own.filter(
    ({ urn, type }) => known.has(urn) || !isDefaultProvider(urn) || wanted.has(packageOf(type)),
  );
}

function ofOffline(resource: Resource): View {
  return view({ ...resource, protect: resource.options.protect }, resource.remote);
}

function ofEngine(resource: EngineResource, remote: boolean): View {
  return view({ dependencies: [], propertyDependencies: {}, inputs: {}, ...resource }, remote);
}

type Given = Pick<Resource, "type" | "parent" | "provider" | "dependencies" | "inputs"> & {
  protect?: boolean;
  propertyDependencies: Record<string, string[] | null>;
};

function view(given: Given, remote: boolean): View {
  const { __internal, ...inputs } = given.inputs;
  const shared = {
    parent: given.parent,
    protect: given.protect ?? false,
    inputs: sortKeys(isProviderType(given.type) ? inputs : given.inputs),
  };
  if (remote) return shared;
  const propertyDependencies = Object.entries(given.propertyDependencies);
  return {
    ...shared,
    provider: given.provider?.split("::").slice(0, -1).join("::"),
    dependencies: [...given.dependencies].sort(),
    propertyDependencies: Object.fromEntries(
      propertyDependencies.map(([key, urns]) => [key, [...(urns ?? [])].sort()]),
    ),
  };
}

function differing(ours: unknown, theirs: unknown, path: string, preview: boolean): string[] {
  if (preview && isUnknown(theirs)) return [];
  if (preview && theirs === "[secret]" && mask(ours) === theirs) return [];
  if (Array.isArray(ours) && Array.isArray(theirs) && ours.length === theirs.length) {
    return ours.flatMap((item, index) => differing(item, theirs[index], `${path}[${index}]`, preview));
  }
  if (isObject(ours) && isObject(theirs)) {
    const reference = ours[SIGNATURE] === RESOURCE;
    const toProvider = reference && isProviderType(typeOf(String(ours.urn)));
    const apart = (key: string) =>
      reference &&
      (key === "packageVersion" || (key === "id" && (toProvider || (preview && theirs.id === ""))));
    return [...new Set([...Object.keys(ours), ...Object.keys(theirs)])]
      .filter((key) => !apart(key))
      .flatMap((key) => differing(own(ours, key), own(theirs, key), path ? `${path}.${key}` : key, preview));
  }
  return Object.is(ours, theirs) ? [] : [`${path}: offline ${said(ours)}, real ${said(theirs)}`];
}

/** JSON may have a key such as `__proto__`, which every object answers to. */
function own(object: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function said(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
