import { type Graph, isUnknown, type PropertyMap, reveal } from "../../engine/index.ts";

/** What the checks read of an object; the rest of it is its kind's own. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: the schemas judge what is in it, before anything else reads it
  [field: string]: any;
}

const OBJECT = /^kubernetes:(?!helm\.sh\/)(?:core\/)?([^:]+):([A-Za-z]+)$/;

/** The graph's Kubernetes objects as an API server would get them; charts are left to Helm. */
export function objectsOf(graph: Graph): KubernetesObject[] {
  return graph.resources
    .filter(({ type, custom, external }) => custom && !external && OBJECT.test(type))
    .map(({ inputs, outputs, type, name }) => {
      const [, apiVersion, kind] = OBJECT.exec(type) ?? [];
      const object = structuredClone(reveal<PropertyMap>(inputs));
      if (object.apiVersion !== apiVersion || object.kind !== kind) {
        throw new Error(`${name} is registered as ${type}, but says ${object.apiVersion} ${object.kind}`);
      }
      const given = object.metadata as KubernetesObject["metadata"] | undefined;
      const metadata = { ...given, name: given?.name ?? nameOf(outputs) };
      return { ...object, metadata } as KubernetesObject;
    });
}

/** Pulumi thinks of a name where the program gives none. */
function nameOf(outputs: PropertyMap): string {
  const { name } = reveal<KubernetesObject["metadata"]>(outputs.metadata);
  if (isUnknown(name)) throw new Error("an object's name is unknown");
  return name;
}

/** `Kind namespace/name`, which begins each problem. */
export function called({ kind, metadata: { namespace, name } }: KubernetesObject): string {
  return `${kind} ${namespace ? `${namespace}/` : ""}${name}`;
}

/** Those of a kind, and of a namespace where one is given. */
export function ofKind(objects: KubernetesObject[], kind: string, namespace?: string): KubernetesObject[] {
  return objects.filter(
    (object) => object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace),
  );
}
