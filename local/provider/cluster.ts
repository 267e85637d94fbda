import { arn, autoName, derived } from "./naming.ts";
import { type Answer, text } from "./types.ts";

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
  return { outputs: { nodeGroup: { nodeGroupName: name, arn: nodeGroupArn }, placementGroupName: "" } };
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
