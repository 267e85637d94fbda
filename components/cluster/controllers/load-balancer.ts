import { type Chart, overZones, type Place, RESTRICTED, resources } from "./chart.ts";

const NAME = "aws-load-balancer-controller";

/** Keeps pods' addresses in target groups. */
export function loadBalancerController({ clusterName, region, vpcId }: Place): Chart {
  return {
    name: NAME,
    repo: "https://aws.github.io/eks-charts",
    version: "1.13.4",
    values: {
      clusterName,
      region,
      vpcId,
      replicaCount: 3,
      serviceAccount: { name: NAME },
      enableServiceMutatorWebhook: false,
      topologySpreadConstraints: overZones(NAME),
      podDisruptionBudget: { maxUnavailable: 1 },
      resources: resources("50m", "128Mi", "256Mi"),
      ...RESTRICTED,
    },
    statements: TARGETS,
  };
}

/** The program makes balancers and target groups; the controller only looks, and moves targets in and out. */
const TARGETS = [
  {
    actions: [
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeInstances",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs",
      "elasticloadbalancing:DescribeLoadBalancers",
      "elasticloadbalancing:DescribeTags",
      "elasticloadbalancing:DescribeTargetGroupAttributes",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
    ],
    resources: ["*"],
  },
  {
    actions: ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"],
    resources: ["arn:aws:elasticloadbalancing:*:*:targetgroup/*"],
  },
];
