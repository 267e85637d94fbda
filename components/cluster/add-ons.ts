import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "../arguments.ts";

export interface AddOnsArgs {
  clusterName: pulumi.Input<string>;
  region: string;
  tags?: Record<string, string>;
  transform?: { addOn?: Transform<aws.eks.AddonArgs> };
}

/** A pod in each zone before a second one anywhere. */
const OVER_ZONES = {
  topologyKey: "topology.kubernetes.io/zone",
  maxSkew: 1,
  whenUnsatisfiable: "ScheduleAnyway",
};

/** EKS add-on -> its configuration. VPC CNI and kube-proxy are the `Cluster`'s: nodes aren't ready without them. */
const ADD_ONS: Record<string, object | undefined> = {
  coredns: {
    replicaCount: 3,
    topologySpreadConstraints: [{ ...OVER_ZONES, labelSelector: { matchLabels: { "k8s-app": "kube-dns" } } }],
    podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
  },
  "eks-pod-identity-agent": undefined,
  "metrics-server": undefined,
  // RDS rotates its master password weekly; the mounted files follow.
  "aws-secrets-store-csi-driver-provider": { "secrets-store-csi-driver": { enableSecretRotation: true } },
};

/**
 * EKS's own add-ons in the cluster: DNS, pod identities, metrics for autoscaling, files from Secrets Manager.
 * Costs only the pods' share of the nodes.
 *
 * @example new AddOns("add-ons", { clusterName: cluster.clusterName, region }, { provider })
 */
export class AddOns extends pulumi.ComponentResource {
  readonly addOns: aws.eks.Addon[];

  constructor(name: string, args: AddOnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:AddOns", name, {}, opts);
    const { clusterName, region, tags } = args;
    this.addOns = Object.entries(ADD_ONS).map(([addonName, configuration]) => {
      const addOn = {
        region,
        clusterName,
        addonName,
        configurationValues: configuration && JSON.stringify(configuration),
        resolveConflictsOnCreate: "OVERWRITE",
        resolveConflictsOnUpdate: "OVERWRITE",
        tags,
      };
      return new aws.eks.Addon(
        ...transformed(args.transform?.addOn, `${name}-${addonName}`, addOn, { parent: this }),
      );
    });
    this.registerOutputs();
  }
}
