import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "../arguments.ts";
import { PodRole } from "../workload/index.ts";
import { AddOns } from "./add-ons.ts";
import { autoscaler } from "./controllers/autoscaler.ts";
import type { Chart } from "./controllers/chart.ts";
import { descheduler } from "./controllers/descheduler.ts";
import { loadBalancerController } from "./controllers/load-balancer.ts";
import { logShipper } from "./controllers/log-shipper.ts";
import { rollouts } from "./controllers/rollouts.ts";

export interface ControllersArgs {
  clusterName: pulumi.Input<string>;
  region: string;
  vpcId: pulumi.Input<string>;
  /** Namespace of the platform's own pods. */
  namespace: pulumi.Input<string>;
  /** KMS key of the containers' logs, which CloudWatch Logs may use. */
  logsKeyArn: pulumi.Input<string>;
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
 * balancer controller, the autoscaler, Argo Rollouts, the descheduler and the log shipper. Costs the pods' share of
 * the nodes, and the logs by volume.
 *
 * @example new Controllers("controllers", { clusterName: cluster.clusterName, … }, { providers: [aws, kubernetes] })
 */
export class Controllers extends pulumi.ComponentResource {
  /** What TargetGroupBindings wait for. */
  readonly loadBalancerController: k8s.helm.v3.Release;
  /** What Rollouts wait for. */
  readonly rollouts: k8s.helm.v3.Release;
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
    this.#release(logShipper(place, this.#logGroup()));
    this.registerOutputs();
  }

  #release({ name, repo, version, namespace = "kube-system", values, statements }: Chart) {
    const { clusterName, region, tags, transform } = this.#args;
    const child = `${this.#name}-${name}`;
    const role = statements && { region, clusterName, namespace, serviceAccount: name, statements, tags };
    const roles = role ? [new PodRole(child, role, { parent: this })] : [];
    const release = { name, namespace, chart: name, version, repositoryOpts: { repo }, values };
    return new k8s.helm.v3.Release(
      ...transformed(transform?.release, `${child}-release`, release, {
        parent: this,
        dependsOn: [...roles, ...this.addons],
      }),
    );
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
