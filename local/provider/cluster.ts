import type { CreateRequest, CreateResult, PropertyMap } from "../../engine/index.ts";
import { type Answer, arn, autoName, type Context, derived, text, uuid } from "./naming.ts";

type Metadata = PropertyMap & { name?: string; namespace?: string };

/** Kinds that are in no namespace, of those that a program like this declares. */
const CLUSTER_WIDE =
  /:(Namespace|Node|PersistentVolume|StorageClass|PriorityClass|ClusterRole|ClusterRoleBinding|CustomResourceDefinition|IngressClass|(Mutating|Validating)WebhookConfiguration)$/;

/** Any object of the Kubernetes API: its name and namespace, and what the API server adds that programs read. */
export function kubernetesObject({ urn, type, name: logical, inputs }: CreateRequest): CreateResult {
  const given = (inputs.metadata ?? {}) as Metadata;
  const name = given.name ?? autoName(urn, logical);
  const namespace = CLUSTER_WIDE.test(type) ? undefined : (given.namespace ?? "default");
  const generation = type === "kubernetes:apps/v1:Deployment" ? { generation: 1 } : {};
  const metadata = { ...given, name, ...(namespace ? { namespace } : {}), uid: uuid(urn), ...generation };
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
export function helmRelease(
  { urn, name: logical, inputs }: CreateRequest,
  { addresses }: Context,
): CreateResult {
  const name = (inputs.name as string | undefined) ?? autoName(urn, logical);
  const namespace = (inputs.namespace as string | undefined) ?? "default";
  const status = { name, namespace, status: addresses ? "unknown" : "deployed", version: inputs.version };
  return { id: `${namespace}/${name}`, outputs: { name, namespace, status } };
}

/** `eks.Cluster` constructs the cluster itself: its outputs show it as a plain object. */
const component: Answer = ({ urn, name: logical, inputs }, { region }) => {
  const name = text(inputs, "name") ?? autoName(urn, `${logical}-eksCluster`);
  const eksCluster = cluster(urn, name, region, inputs.version);
  const securityGroupId = eksCluster.vpcConfig.clusterSecurityGroupId;
  const kubeconfig = kubeconfigFor(name, region, eksCluster.endpoint);
  return {
    outputs: {
      eksCluster,
      core: { cluster: eksCluster, endpoint: eksCluster.endpoint, vpcId: inputs.vpcId },
      clusterSecurityGroupId: securityGroupId,
      nodeSecurityGroupId: securityGroupId,
      kubeconfig,
      kubeconfigJson: JSON.stringify(kubeconfig),
      oidcIssuer: `oidc.eks.${region}.amazonaws.com/id/${derived(urn, 32, "0123456789ABCDEF")}`,
    },
  };
};

function cluster(urn: string, name: string, region: string, version: unknown) {
  return {
    id: name,
    name,
    arn: arn("eks", region, `cluster/${name}`),
    endpoint: `https://${derived(urn, 32, "0123456789ABCDEF")}.gr7.${region}.eks.amazonaws.com`,
    version,
    status: "ACTIVE",
    certificateAuthority: { data: Buffer.from(`certificate of ${name}`).toString("base64") },
    vpcConfig: { clusterSecurityGroupId: `sg-${derived(`${urn}:nodes`, 17)}` },
  };
}

function kubeconfigFor(name: string, region: string, server: string) {
  const entry = arn("eks", region, `cluster/${name}`);
  const args = ["eks", "get-token", "--cluster-name", name, "--region", region];
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": entry,
    clusters: [{ name: entry, cluster: { server } }],
    contexts: [{ name: entry, context: { cluster: entry, user: entry } }],
    users: [
      {
        name: entry,
        user: { exec: { apiVersion: "client.authentication.k8s.io/v1beta1", command: "aws", args } },
      },
    ],
  };
}

const nodeGroup: Answer = ({ urn, name: logical, inputs }, { region }) => {
  const name = text(inputs, "nodeGroupName") ?? autoName(urn, logical);
  const nodeGroupArn = arn("eks", region, `nodegroup/${name}/${derived(urn, 36)}`);
  const resources = [{ autoscalingGroups: [{ name: `eks-${name}-${uuid(urn)}` }] }];
  return {
    outputs: { nodeGroup: { nodeGroupName: name, arn: nodeGroupArn, resources }, placementGroupName: "" },
  };
};

export const clusters: Record<string, Answer> = {
  "eks:index:Cluster": component,
  "eks:index:ManagedNodeGroup": nodeGroup,
  "aws:eks/cluster:Cluster": ({ urn, name: logical, inputs }, { region }) => {
    const name = text(inputs, "name") ?? autoName(urn, logical);
    const { vpcConfig, version, ...made } = cluster(urn, name, region, inputs.version);
    return { id: name, outputs: { ...made, vpcConfig: { ...(inputs.vpcConfig as object), ...vpcConfig } } };
  },
};
