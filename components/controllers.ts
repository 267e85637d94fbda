import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { PodRole } from "./pod-role.ts";

export interface ControllersArgs {
  clusterName: pulumi.Input<string>;
  region: string;
  vpcId: pulumi.Input<string>;
  tags?: Record<string, string>;
}

/** EKS add-on -> its configuration. */
const ADDONS: Record<string, object | undefined> = {
  "eks-pod-identity-agent": undefined,
  "metrics-server": undefined,
  // RDS rotates its master password weekly; pods read the file anew.
  "aws-secrets-store-csi-driver-provider": { "secrets-store-csi-driver": { enableSecretRotation: true } },
};

const LOAD_BALANCER_CONTROLLER = "aws-load-balancer-controller";

/**
 * What runs in the cluster on the platform's behalf: pod identities, metrics for autoscaling, files from Secrets
 * Manager, and the controller that keeps target groups. Costs only the pods' share of the nodes.
 *
 * @example new Controllers("controllers", { clusterName: cluster.clusterName, … }, { providers: [aws, kubernetes] })
 */
export class Controllers extends pulumi.ComponentResource {
  /** What TargetGroupBindings wait for. */
  readonly loadBalancerController: k8s.helm.v3.Release;
  /** What SecretProviderClasses wait for. */
  readonly addons: aws.eks.Addon[];

  constructor(name: string, args: ControllersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:Controllers", name, {}, opts);
    const { clusterName, region, vpcId, tags } = args;
    this.addons = Object.entries(ADDONS).map(
      ([addonName, configuration]) =>
        new aws.eks.Addon(
          `${name}-${addonName}`,
          {
            region,
            clusterName,
            addonName,
            configurationValues: configuration && JSON.stringify(configuration),
            resolveConflictsOnCreate: "OVERWRITE",
            resolveConflictsOnUpdate: "OVERWRITE",
            tags,
          },
          { parent: this },
        ),
    );
    const role = new PodRole(
      `${name}-load-balancer`,
      {
        region,
        clusterName,
        namespace: "kube-system",
        serviceAccount: LOAD_BALANCER_CONTROLLER,
        statements: TARGET_PERMISSIONS,
        tags,
      },
      { parent: this },
    );
    this.loadBalancerController = new k8s.helm.v3.Release(
      `${name}-${LOAD_BALANCER_CONTROLLER}`,
      {
        name: LOAD_BALANCER_CONTROLLER,
        namespace: "kube-system",
        chart: LOAD_BALANCER_CONTROLLER,
        version: "1.13.4",
        repositoryOpts: { repo: "https://aws.github.io/eks-charts" },
        values: {
          clusterName,
          region,
          vpcId,
          replicaCount: 3,
          serviceAccount: { name: LOAD_BALANCER_CONTROLLER },
          enableServiceMutatorWebhook: false,
        },
      },
      { parent: this, dependsOn: [role, ...this.addons] },
    );
    this.registerOutputs();
  }
}

/** The program makes balancers and target groups; the controller only looks, and moves targets in and out. */
const TARGET_PERMISSIONS = [
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
