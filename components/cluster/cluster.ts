import * as aws from "@pulumi/aws";
import * as eks from "@pulumi/eks";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { NARROW_RANGE } from "../../config/index.ts";
import { check, type Rule, type Transform, transformed } from "../arguments.ts";
import { NodeGroups, type NodeGroupsArgs, nodeRules } from "./node-groups.ts";

/** Which roles may use the cluster's API server, and from which addresses. */
export interface ClusterAccess {
  /**
   * IPv4 ranges that reach it over the internet; from inside the VPC it is reached anyway.
   * @default none, so that only who is in the VPC (a runner, a VPN) can deploy
   */
  cidrs?: string[];
  /** ARNs of IAM roles that may do everything. @default none but the role that makes the cluster */
  admins?: string[];
  /** ARNs of IAM roles that may read everything but secrets. @default none */
  viewers?: string[];
}

/** The API server's endpoints: private, and public from the given ranges only. */
function endpoints({ cidrs = [] }: ClusterAccess): Partial<eks.ClusterOptions> {
  if (cidrs.length === 0) return { endpointPrivateAccess: true, endpointPublicAccess: false };
  return { endpointPrivateAccess: true, endpointPublicAccess: true, publicAccessCidrs: cidrs };
}

/** Access entries by principal, each with one of EKS's own policies over the whole cluster. */
function accessEntries(
  { admins = [], viewers = [] }: ClusterAccess,
  tags?: Record<string, string>,
): eks.ClusterOptions["accessEntries"] {
  const entry = (principalArn: string, policy: string) => {
    const policyArn = `arn:aws:eks::aws:cluster-access-policy/${policy}`;
    return {
      principalArn,
      accessPolicies: { [policy]: { policyArn, accessScope: { type: "cluster" } } },
      tags,
    };
  };
  return Object.fromEntries([
    ...viewers.map((arn) => [arn, entry(arn, "AmazonEKSViewPolicy")]),
    ...admins.map((arn) => [arn, entry(arn, "AmazonEKSClusterAdminPolicy")]),
  ]);
}

export interface ClusterArgs extends Omit<NodeGroupsArgs, "cluster" | "subnetIds" | "transform"> {
  /** The cluster's own name, unique in the region: its log group and its nodes' tags carry it. */
  clusterName: string;
  vpcId: pulumi.Input<string>;
  publicSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Subnets of the nodes, in the order of `zones`. */
  privateSubnetIds: pulumi.Output<string[]>;
  /** Minor version; pods carry their zone's label by default since 1.35 (KEP-4742, beta). @default "1.35" */
  version?: string;
  /** KMS key that wraps the keys of Kubernetes' secrets. It can't be taken away again. */
  secretsKeyArn: pulumi.Input<string>;
  /** KMS key of the control plane's logs, which CloudWatch Logs may use. */
  logsKeyArn: pulumi.Input<string>;
  /** Days that the control plane's logs are kept, one of CloudWatch's steps. @default 365 */
  logDays?: number;
  /** Who reaches the API server. @default who is in the VPC, as the role that makes the cluster */
  access?: ClusterAccess;
  /** Guards against deletion. @default false */
  protect?: boolean;
  transform?: NodeGroupsArgs["transform"] & {
    cluster?: Transform<eks.ClusterOptions>;
    logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
  };
}

/**
 * EKS with zonal shift enabled, a private API server, encrypted secrets, all of the control plane's logs, and nodes by
 * zone and tier. Costs the control plane by the hour (0.10 USD), the nodes, and the logs by volume.
 *
 * @example new Cluster("cluster", { clusterName: "trizone-dev", vpcId: network.vpcId, zones: ["ap-southeast-2a", …], … }, { provider })
 */
export class Cluster extends pulumi.ComponentResource {
  readonly clusterName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** Security group of the nodes and so of their pods. */
  readonly securityGroupId: pulumi.Output<string>;
  /** As JSON; holds no credentials. */
  readonly kubeconfig: pulumi.Output<string>;
  /** The provider of everything that is deployed to the cluster. */
  readonly kubernetes: k8s.Provider;
  /** What pods need before they can run: the nodes. */
  readonly nodeGroups: eks.ManagedNodeGroup[];

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    checkArgs(name, args);
    // `eks.Cluster` has no argument for it, so that policies read here that zonal shift is on.
    super("trizone:aws:Cluster", name, { zonalShift: true }, opts);
    const { transform, protect, zones, privateSubnetIds: subnetIds } = args;
    const logs = this.#logGroup(name, args);
    const cluster = new eks.Cluster(
      ...transformed(transform?.cluster, `${name}-eks`, clusterArgs(args), {
        parent: this,
        // EKS makes a log group without encryption or end if it finds none.
        dependsOn: [logs],
        protect,
        transforms: [enableZonalShift],
      }),
    );
    this.clusterName = cluster.eksCluster.name;
    this.arn = cluster.eksCluster.arn;
    this.kubeconfig = cluster.kubeconfigJson;
    this.securityGroupId = cluster.clusterSecurityGroupId;
    const nodes = { ...args, cluster, zones, subnetIds, transform };
    this.nodeGroups = new NodeGroups(`${name}-nodes`, nodes, { parent: this }).groups;
    this.kubernetes = new k8s.Provider(
      `${name}-kubernetes`,
      // The identifier keeps a new kubeconfig, which tokens and tools cause, from replacing all that was deployed.
      { kubeconfig: cluster.kubeconfigJson, clusterIdentifier: this.arn },
      { parent: this, dependsOn: this.nodeGroups },
    );
    this.registerOutputs({ clusterName: this.clusterName });
  }

  #logGroup(name: string, args: ClusterArgs): aws.cloudwatch.LogGroup {
    const group = {
      name: `/aws/eks/${args.clusterName}/cluster`,
      kmsKeyId: args.logsKeyArn,
      retentionInDays: args.logDays ?? 365,
      region: args.region,
      tags: args.tags,
    };
    return new aws.cloudwatch.LogGroup(
      ...transformed(args.transform?.logGroup, `${name}-logs`, group, { parent: this }),
    );
  }
}

function checkArgs(name: string, args: ClusterArgs): void {
  check(`cluster ${name}`, [
    ...nodeRules(args),
    [/^1\.(3[5-9]|[4-9]\d)$/.test(args.version ?? "1.35"), "version", "expected 1.35 or later"],
    [
      /^[A-Za-z0-9][\w-]{0,99}$/.test(args.clusterName ?? ""),
      "clusterName",
      "expected at most 100 letters, digits, - and _",
    ],
    ...(args.access?.cidrs ?? []).map(
      (cidr, index): Rule => [
        NARROW_RANGE.test(cidr),
        `access.cidrs[${index}]`,
        "expected an IPv4 range of /8 or narrower, such as 203.0.113.0/24",
      ],
    ),
  ]);
}

function clusterArgs(args: ClusterArgs): eks.ClusterOptions {
  const { access = {}, tags } = args;
  return {
    name: args.clusterName,
    vpcId: args.vpcId,
    publicSubnetIds: args.publicSubnetIds,
    privateSubnetIds: args.privateSubnetIds,
    version: args.version ?? "1.35",
    authenticationMode: "API",
    accessEntries: accessEntries(access, tags),
    skipDefaultNodeGroup: true,
    skipDefaultSecurityGroups: true,
    nodeAssociatePublicIpAddress: false,
    createOidcProvider: false,
    ...endpoints(access),
    encryptionConfigKeyArn: args.secretsKeyArn,
    enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
    deletionProtection: args.protect ?? false,
    useDefaultVpcCni: false,
    // Without it, NetworkPolicies are accepted and do nothing. In strict mode each system pod would need one too.
    vpcCniOptions: {
      enableNetworkPolicy: true,
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
    },
    kubeProxyAddonOptions: {
      enabled: true,
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
    },
    // `eks.Cluster` makes it for its default node group only; here it is one of the `AddOns`.
    corednsAddonOptions: { enabled: false },
    tags,
  };
}

/** `eks.Cluster` has no argument for it, but lets transforms reach the cluster that it makes. */
function enableZonalShift(
  resource: pulumi.ResourceTransformArgs,
): pulumi.ResourceTransformResult | undefined {
  if (resource.type !== "aws:eks/cluster:Cluster") return undefined;
  return { props: { ...resource.props, zonalShiftConfig: { enabled: true } }, opts: resource.opts };
}
