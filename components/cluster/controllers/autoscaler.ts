import * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../../workload/index.ts";
import { type Chart, overZones, type Place, RESTRICTED, resources } from "./chart.ts";

const NAME = "cluster-autoscaler";

/** Adds nodes for pods that find no room, as many in each zone, and takes away what stays empty. */
export function autoscaler({ clusterName, region }: Place): Chart {
  return {
    name: NAME,
    repo: "https://kubernetes.github.io/autoscaler",
    // Cluster autoscaler 1.35.
    version: "9.59.0",
    values: {
      fullnameOverride: NAME,
      cloudProvider: "aws",
      awsRegion: region,
      autoDiscovery: { clusterName },
      replicaCount: 3,
      extraArgs: {
        "balance-similar-node-groups": true,
        // A zone's own group is taken, whatever the others' load.
        expander: "priority,least-waste",
        "skip-nodes-with-system-pods": false,
        "skip-nodes-with-local-storage": false,
        "scale-down-unneeded-time": "15m",
        // The warm pool's priority, and the autoscaler's default: below it, pods that find no room add no node.
        "expendable-pods-priority-cutoff": -10,
      },
      // Spot nodes are for when the others' groups are full. A group has the highest priority whose patterns match it,
      // so that no pattern of the others' may match spot nodes too. EKS names auto scaling groups `eks-<node group>-<id>`.
      expanderPriorities: { 10: [".*-nodes-burst-.*"], 20: [".*-nodes-(web|app)-.*"] },
      rbac: { serviceAccount: { create: true, name: NAME } },
      topologySpreadConstraints: overZones("aws-cluster-autoscaler"),
      resources: resources("100m", "300Mi", "600Mi"),
      securityContext: RESTRICTED.podSecurityContext,
      containerSecurityContext: RESTRICTED.securityContext,
    },
    statements: statements(clusterName),
  };
}

/** EKS tags the auto scaling groups of its managed node groups with the cluster's name. */
function statements(clusterName: Place["clusterName"]): Statement[] {
  return [
    {
      actions: [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeAutoScalingInstances",
        "autoscaling:DescribeLaunchConfigurations",
        "autoscaling:DescribeScalingActivities",
        "autoscaling:DescribeTags",
        "ec2:DescribeImages",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:GetInstanceTypesFromInstanceRequirements",
      ],
      resources: ["*"],
    },
    {
      actions: ["eks:DescribeNodegroup"],
      resources: [pulumi.interpolate`arn:aws:eks:*:*:nodegroup/${clusterName}/*/*`],
    },
    {
      actions: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
      resources: ["arn:aws:autoscaling:*:*:autoScalingGroup:*"],
      conditions: { StringEquals: { "aws:ResourceTag/eks:cluster-name": clusterName } },
    },
  ];
}
