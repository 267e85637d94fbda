import { stringify } from "yaml";
import {
  type Graph,
  hasSecret,
  type PropertyMap,
  type Resource,
  reveal,
  sortKeys,
} from "../../engine/index.ts";

/** The Kubernetes objects of a graph as files, and what was left out of them. */
export interface Manifests {
  /** File name -> YAML; the same for the same graph. */
  files: Map<string, string>;
  /** Objects with secret values, `Kind namespace/name`, left out since everybody who can read the repository could read them. */
  secrets: string[];
  /** Helm releases by name, left out since they are charts and not manifests. */
  releases: string[];
  /** Files with values that were made up offline, since no stack's outputs were given. */
  madeUp: string[];
}

type Metadata = PropertyMap & { name: string; namespace?: string; annotations?: PropertyMap };
/** An object as the API server takes it. */
export type KubernetesManifest = PropertyMap & { apiVersion: string; kind: string; metadata: Metadata };

const RELEASE = "kubernetes:helm.sh/v3:Release";
const OBJECT = /^kubernetes:([^:]+\/v\w+):([A-Za-z]+)$/;

/** The account in ARNs and image registries that the offline evaluation makes up. */
const MADE_UP = /\b0{12}\b/;

/**
 * Every Kubernetes object of the graph in a file of its own, with Argo CD's sync waves in the order in which the
 * program makes them, and a kustomization that lists them.
 */
export function renderManifests(graph: Graph): Manifests {
  const custom = graph.resources.filter(({ custom, external }) => custom && !external);
  const objects = custom.filter(({ type }) => OBJECT.test(type) && type !== RELEASE);
  const open = objects.filter(({ inputs }) => !hasSecret(inputs));
  const wave = waves(graph, new Set(open.map(({ urn }) => urn)));
  const entries = open
    .map((resource) => {
      const manifest = withSyncOptions(manifestOf(resource), wave(resource.urn));
      return [fileName(manifest), yaml(manifest)] as const;
    })
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const files = new Map(entries);
  if (files.size < entries.length) {
    const twice = entries.map(([name]) => name).filter((name, index, all) => all.indexOf(name) < index);
    throw new Error(`two objects have the same kind, namespace and name: ${[...new Set(twice)].join(", ")}`);
  }
  files.set("kustomization.yaml", kustomization([...files.keys()]));
  return {
    files,
    secrets: objects.filter(({ inputs }) => hasSecret(inputs)).map((one) => described(manifestOf(one))),
    releases: custom.filter(({ type }) => type === RELEASE).map(({ name }) => name),
    madeUp: [...files].filter(([, text]) => MADE_UP.test(text)).map(([name]) => name),
  };
}

/** Every Kubernetes object of the graph with its secrets, in the order in which the program makes them. */
export function objectsInOrder(graph: Graph): KubernetesManifest[] {
  const objects = graph.resources.filter(
    ({ custom, external, type }) => custom && !external && OBJECT.test(type) && type !== RELEASE,
  );
  const wave = waves(graph, new Set(objects.map(({ urn }) => urn)));
  return objects
    .map((resource) => ({ manifest: manifestOf(resource), at: wave(resource.urn) }))
    .sort((one, other) => one.at - other.at)
    .map(({ manifest }) => manifest);
}

function manifestOf({ type, inputs, outputs }: Resource): KubernetesManifest {
  const [, group = "", kind = ""] = OBJECT.exec(type) ?? [];
  const { apiVersion: _, kind: __, metadata, ...rest } = reveal<PropertyMap>(inputs);
  const { name, namespace } = reveal<{ metadata: Metadata }>({ metadata: outputs.metadata }).metadata;
  const own = { ...(metadata as object), name, ...(namespace ? { namespace } : {}) };
  return { apiVersion: group.replace(/^core\//, ""), kind, metadata: own, ...rest };
}

/** Argo CD applies wave after wave; a Job can't be changed, so that it is made anew each time. */
function withSyncOptions(manifest: KubernetesManifest, wave: number): KubernetesManifest {
  const annotations = Object.fromEntries(
    Object.entries(manifest.metadata.annotations ?? {}).filter(([key]) => !key.startsWith("pulumi.com/")),
  );
  const sync: PropertyMap = { "argocd.argoproj.io/sync-wave": String(wave) };
  if (manifest.kind === "Job") {
    sync["argocd.argoproj.io/hook"] = "Sync";
    sync["argocd.argoproj.io/hook-delete-policy"] = "BeforeHookCreation";
  }
  return { ...manifest, metadata: { ...manifest.metadata, annotations: { ...annotations, ...sync } } };
}

/** How many objects, one after the other, an object waits for; what it waits for may be a component's children. */
function waves(graph: Graph, wanted: Set<string>): (urn: string) => number {
  const byUrn = new Map(graph.resources.map((resource) => [resource.urn, resource]));
  const children = Map.groupBy(graph.resources, ({ parent }) => parent);
  const known = new Map<string, number>();
  const depth = (urn: string): number => {
    const before = known.get(urn);
    if (before !== undefined) return before;
    // A component is not among what its own children wait for.
    known.set(urn, 0);
    const resource = byUrn.get(urn);
    const below = resource?.custom === false ? (children.get(urn) ?? []).map((child) => child.urn) : [];
    const after = [...(resource?.dependencies ?? []), ...below].filter((other) => byUrn.has(other));
    const own = after.reduce((most, other) => Math.max(most, depth(other) + (wanted.has(other) ? 1 : 0)), 0);
    known.set(urn, own);
    return own;
  };
  return depth;
}

function fileName({ kind, metadata: { namespace, name } }: KubernetesManifest): string {
  return `${[namespace, kind, name].filter(Boolean).join("-")}.yaml`
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, "-");
}

function described({ kind, metadata: { namespace, name } }: KubernetesManifest): string {
  return `${kind} ${namespace ? `${namespace}/` : ""}${name}`;
}

function yaml(value: unknown): string {
  return stringify(sortKeys(value), { lineWidth: 0, aliasDuplicateObjects: false });
}

function kustomization(resources: string[]): string {
  return yaml({ apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources });
}
