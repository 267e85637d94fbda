import * as aws from "@pulumi/aws";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "../arguments.ts";
import { OVER_ZONES, PodRole } from "../workload/index.ts";
import { autoscaler } from "./controllers/autoscaler.ts";
import { type Chart, overZones, release, resources } from "./controllers/chart.ts";
import { descheduler } from "./controllers/descheduler.ts";
import { loadBalancerController } from "./controllers/load-balancer.ts";
import { type Archive, logShipper } from "./controllers/log-shipper.ts";
import { TRACES_URL, traceCollector } from "./controllers/tracing.ts";

export interface AddOnsArgs {
  clusterName: pulumi.Input<string>;
  region: string;
  tags?: Record<string, string>;
  transform?: { addOn?: Transform<aws.eks.AddonArgs> };
}

/** EKS add-on -> its configuration. VPC CNI and kube-proxy are the `Cluster`'s: nodes aren't ready without them. */
const ADD_ONS: Record<string, object | undefined> = {
  coredns: {
    replicaCount: 3,
    topologySpreadConstraints: [
      {
        ...OVER_ZONES,
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: { "k8s-app": "kube-dns" } },
      },
    ],
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
class AddOns extends pulumi.ComponentResource {
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

const NAME = "argo-rollouts";

/** Moves traffic to a new version step by step, and back when its analysis fails. */
function rollouts(): Chart {
  return {
    name: NAME,
    repo: "https://argoproj.github.io/argo-helm",
    version: "2.41.0",
    values: {
      fullnameOverride: NAME,
      controller: {
        replicas: 2,
        topologySpreadConstraints: overZones(NAME),
        pdb: { enabled: true, maxUnavailable: 1 },
        metrics: { enabled: true },
        resources: resources("50m", "128Mi", "512Mi"),
      },
      dashboard: { enabled: false },
      podSecurityContext: { runAsNonRoot: true, runAsUser: 999, seccompProfile: { type: "RuntimeDefault" } },
      containerSecurityContext: {
        runAsNonRoot: true,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
        seccompProfile: { type: "RuntimeDefault" },
      },
    },
  };
}

export interface ControllersArgs {
  clusterName: pulumi.Input<string>;
  region: string;
  vpcId: pulumi.Input<string>;
  /** Namespace of the platform's own pods. */
  namespace: pulumi.Input<string>;
  /** KMS key of the containers' logs, which CloudWatch Logs may use. */
  logsKeyArn: pulumi.Input<string>;
  /** Bucket that keeps the containers' logs after that, encrypted with the same key. @default none */
  logArchive?: Archive;
  /** What the controllers reach AWS by, which must be there as long as they are. */
  after?: pulumi.Resource[];
  /** Days that containers' logs are kept, one of CloudWatch's steps. @default 90 */
  logDays?: number;
  tags?: Record<string, string>;
  transform?: {
    release?: Transform<k8s.helm.v3.ReleaseArgs>;
    logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
  };
}

/**
 * What runs in the cluster on the platform's behalf: EKS's add-ons, and as Helm releases of pinned versions the load
 * balancer controller, the autoscaler, Argo Rollouts, the descheduler, the log shipper and the trace collector. Costs the pods' share of
 * the nodes, and the logs by volume.
 *
 * @example new Controllers("controllers", { clusterName: cluster.clusterName, … }, { providers: [aws, kubernetes] })
 */
export class Controllers extends pulumi.ComponentResource {
  /** What TargetGroupBindings wait for. */
  readonly loadBalancerController: k8s.helm.v3.Release;
  /** What Rollouts wait for. */
  readonly rollouts: k8s.helm.v3.Release;
  /** Where services send their spans; empty where nothing is installed, as on a laptop. */
  readonly traces: pulumi.Output<string>;
  /** What SecretProviderClasses wait for. */
  readonly addons: aws.eks.Addon[];
  readonly #name: string;
  readonly #args: ControllersArgs;

  constructor(name: string, args: ControllersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:Controllers", name, {}, opts);
    this.#name = name;
    this.#args = args;
    const { clusterName, region, vpcId, namespace, tags } = args;
    const place = { clusterName, region, vpcId };
    this.addons = new AddOns(`${name}-add-ons`, { clusterName, region, tags }, { parent: this }).addOns;
    this.loadBalancerController = this.#release(loadBalancerController(place));
    this.rollouts = this.#release(rollouts());
    this.#release(autoscaler(place));
    this.#release(descheduler(namespace));
    this.#release(
      logShipper(place, this.#logGroup(), args.logArchive && { ...args.logArchive, keyArn: args.logsKeyArn }),
    );
    const collector = this.#release(traceCollector(place));
    this.traces = collector.status.apply(({ status }) => (status === "deployed" ? TRACES_URL : ""));
    this.registerOutputs();
  }

  #release(chart: Chart): k8s.helm.v3.Release {
    const { name, namespace = "kube-system", statements } = chart;
    const { clusterName, region, tags, transform } = this.#args;
    const child = `${this.#name}-${name}`;
    const role = statements && { region, clusterName, namespace, serviceAccount: name, statements, tags };
    const roles = role ? [new PodRole(child, role, { parent: this })] : [];
    return release(`${child}-release`, chart, transform?.release, {
      parent: this,
      dependsOn: [...roles, ...this.addons, ...(this.#args.after ?? [])],
    });
  }

  #logGroup(): aws.cloudwatch.LogGroup {
    const { clusterName, logsKeyArn: kmsKeyId, logDays = 90, region, tags, transform } = this.#args;
    const name = pulumi.interpolate`/aws/eks/${clusterName}/containers`;
    const group = { name, kmsKeyId, retentionInDays: logDays, region, tags };
    return new aws.cloudwatch.LogGroup(
      ...transformed(transform?.logGroup, `${this.#name}-logs`, group, { parent: this }),
    );
  }
}
