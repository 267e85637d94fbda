import type { CreateRequest, CreateResult, PropertyMap } from "../../engine/index.ts";
import { autoName, derived, uuid } from "./naming.ts";

type Metadata = PropertyMap & { name?: string; namespace?: string };

/** Kinds that are in no namespace, of those that a program like this declares. */
const CLUSTER_WIDE =
  /:(Namespace|Node|PersistentVolume|StorageClass|PriorityClass|ClusterRole|ClusterRoleBinding|CustomResourceDefinition|IngressClass|(Mutating|Validating)WebhookConfiguration)$/;

/** Any object of the Kubernetes API: its name and namespace, and what the API server adds that programs read. */
export function kubernetesObject({ urn, type, name: logical, inputs }: CreateRequest): CreateResult {
  const given = (inputs.metadata ?? {}) as Metadata;
  const name = given.name ?? autoName(urn, logical);
  const namespace = CLUSTER_WIDE.test(type) ? undefined : (given.namespace ?? "default");
  const metadata = { ...given, name, ...(namespace ? { namespace } : {}), uid: uuid(urn) };
  const [, apiVersion = "", kind = ""] = type.split(":");
  const identity = { apiVersion: apiVersion.replace(/^core\//, ""), kind };
  return {
    id: namespace ? `${namespace}/${name}` : name,
    outputs: {
      ...identity,
      metadata,
      ...(type === "kubernetes:core/v1:Service" ? service(urn, inputs) : {}),
    },
  };
}

/** EKS gives Services addresses in 172.20.0.0/16. */
function service(urn: string, inputs: PropertyMap): PropertyMap {
  const spec = (inputs.spec ?? {}) as PropertyMap;
  const [third, fourth] = [0, 2].map((at) => Number.parseInt(derived(urn, 4).slice(at, at + 2), 16));
  const clusterIP = spec.clusterIP ?? `172.20.${third}.${fourth}`;
  return { spec: { ...spec, clusterIP }, status: { loadBalancer: {} } };
}

/** A Helm release is known by its namespace and name, like an object. */
export function helmRelease({ urn, name: logical, inputs }: CreateRequest): CreateResult {
  const name = (inputs.name as string | undefined) ?? autoName(urn, logical);
  const namespace = (inputs.namespace as string | undefined) ?? "default";
  const status = { name, namespace, status: "deployed", version: inputs.version };
  return { id: `${namespace}/${name}`, outputs: { name, namespace, status } };
}
