import * as aws from "@pulumi/aws";
import * as eks from "@pulumi/eks";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { check } from "./check.ts";
import { type Transform, transformed } from "./transform.ts";

export interface ClusterArgs {
  vpcId: pulumi.Input<string>;
  publicSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Subnets of the nodes, in the order of `zones`. */
  privateSubnetIds: pulumi.Output<string[]>;
  /** Names of the availability zones. */
  zones: string[];
  /** Minor version; pods carry their zone's label since 1.33. @default "1.35" */
  version?: string;
  /** EC2 types of the nodes. @default ["m7i.large"] */
  instanceTypes?: string[];
  /** Nodes in each zone. @default 1 */
  min?: number;
  /** @default 3 */
  max?: number;
  /** GiB of each node's root volume. @default 50 */
  disk?: number;
  tags?: Record<string, string>;
  transform?: {
    cluster?: Transform<eks.ClusterOptions>;
    nodeGroup?: Transform<eks.ManagedNodeGroupArgs>;
  };
}

/** What AWS asks of a node's role. */
const NODE_POLICIES = [
  "AmazonEKSWorkerNodePolicy",
  "AmazonEKS_CNI_Policy",
  "AmazonEC2ContainerRegistryPullOnly",
];

/**
 * EKS with a managed node group in each zone, so that a zone scales and fails by itself, and zonal shift enabled.
 * Costs the control plane by the hour and the nodes.
 *
 * @example new Cluster("cluster", { vpcId: network.vpcId, zones: ["ap-southeast-2a", …], … }, { provider })
 */
export class Cluster extends pulumi.ComponentResource {
  readonly clusterName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** Security group of the nodes and so of their pods. */
  readonly securityGroupId: pulumi.Output<string>;
  /** What is deployed to the cluster goes through this. */
  readonly kubernetes: k8s.Provider;
  /** What pods need before they can run: the nodes. */
  readonly nodeGroups: eks.ManagedNodeGroup[];

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const { min = 1, max = 3 } = args;
    check(`cluster ${name}`, [
      [min >= 1, "min", "expected at least one node a zone"],
      [max >= min, "max", "expected no less than min"],
      [args.zones.length === 3, "zones", "expected three zones"],
      [/^1\.(3[3-9]|[4-9]\d)$/.test(args.version ?? "1.35"), "version", "expected 1.33 or later"],
    ]);
    super("trizone:aws:Cluster", name, {}, opts);
    const role = this.#nodeRole(name, args.tags);
    const cluster = new eks.Cluster(
      ...transformed(args.transform?.cluster, `${name}-eks`, clusterArgs(args), {
        parent: this,
        transforms: [enableZonalShift],
      }),
    );
    this.clusterName = cluster.eksCluster.name;
    this.arn = cluster.eksCluster.arn;
    this.securityGroupId = cluster.clusterSecurityGroupId;
    this.nodeGroups = args.zones.map((zone, index) => {
      const group = nodeGroupArgs(args, cluster, role, index);
      return new eks.ManagedNodeGroup(
        ...transformed(args.transform?.nodeGroup, `${name}-${zone}`, group, { parent: this }),
      );
    });
    this.kubernetes = new k8s.Provider(
      `${name}-kubernetes`,
      // The identifier keeps a new kubeconfig, which tokens and tools cause, from replacing all that was deployed.
      { kubeconfig: cluster.kubeconfigJson, clusterIdentifier: this.arn },
      { parent: this, dependsOn: this.nodeGroups },
    );
    this.registerOutputs({ clusterName: this.clusterName });
  }

  #nodeRole(name: string, tags?: Record<string, string>): aws.iam.Role {
    const trust = aws.iam.assumeRolePolicyForPrincipal({ Service: "ec2.amazonaws.com" });
    const role = new aws.iam.Role(`${name}-node`, { assumeRolePolicy: trust, tags }, { parent: this });
    for (const policy of NODE_POLICIES) {
      const policyArn = `arn:aws:iam::aws:policy/${policy}`;
      new aws.iam.RolePolicyAttachment(
        `${name}-node-${policy}`,
        { role: role.name, policyArn },
        { parent: role },
      );
    }
    return role;
  }
}

function clusterArgs(args: ClusterArgs): eks.ClusterOptions {
  return {
    vpcId: args.vpcId,
    publicSubnetIds: args.publicSubnetIds,
    privateSubnetIds: args.privateSubnetIds,
    version: args.version ?? "1.35",
    authenticationMode: "API",
    skipDefaultNodeGroup: true,
    skipDefaultSecurityGroups: true,
    nodeAssociatePublicIpAddress: false,
    createOidcProvider: false,
    endpointPrivateAccess: true,
    enabledClusterLogTypes: ["api", "audit", "authenticator"],
    tags: args.tags,
  };
}

function nodeGroupArgs(
  args: ClusterArgs,
  cluster: eks.Cluster,
  nodeRole: aws.iam.Role,
  zone: number,
): eks.ManagedNodeGroupArgs {
  const { min = 1, max = 3 } = args;
  return {
    cluster,
    nodeRole,
    subnetIds: [args.privateSubnetIds.apply((ids) => ids[zone] ?? missingSubnet(zone))],
    instanceTypes: args.instanceTypes ?? ["m7i.large"],
    operatingSystem: "AL2023",
    diskSize: args.disk ?? 50,
    scalingConfig: { minSize: min, maxSize: max, desiredSize: min },
    // The autoscaler moves the desired size.
    ignoreScalingChanges: true,
    tags: args.tags,
  };
}

function missingSubnet(zone: number): never {
  throw new Error(
    `the network has no private subnet for zone ${zone + 1} of 3; give privateSubnetIds one a zone`,
  );
}

/** `eks.Cluster` has no argument for it, but lets transforms reach the cluster that it makes. */
function enableZonalShift(
  resource: pulumi.ResourceTransformArgs,
): pulumi.ResourceTransformResult | undefined {
  if (resource.type !== "aws:eks/cluster:Cluster") return undefined;
  return { props: { ...resource.props, zonalShiftConfig: { enabled: true } }, opts: resource.opts };
}
