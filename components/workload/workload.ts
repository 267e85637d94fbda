import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { HTTP_PORT } from "../../config/index.ts";
import { check, type Transform, transformed } from "../arguments.ts";
import { AUTOSCALED, Canary, type CanaryOptions, NOT_AWAITED } from "./canary.ts";
import { type PodArgs, podLabels, RELEASE_LABELS, servingPod } from "./pod.ts";
import { podCertificate } from "./pod-certificate.ts";

export interface WorkloadArgs extends Omit<PodArgs, "service"> {
  namespace: pulumi.Input<string>;
  /** What the pods serve, where several workloads serve it. @default the workload's name */
  service?: string;
  /** Pods at least: one a zone or more. @default 3 */
  replicas?: number;
  /** Pods at most. @default four times `replicas` */
  maxReplicas?: number;
  /** Percent of the requested CPU at which pods are added: two zones with a lost one's share have 90 % of it. @default 60 */
  targetCpuPercent?: number;
  /** Others set the autoscaler's minimum by the hour, so that an update must leave it. @default false */
  scheduledMinimum?: boolean;
  /** Roll new versions out step by step, and back; `dependsOn` is what brings Argo Rollouts. @default pod after pod */
  canary?: CanaryOptions & { dependsOn?: pulumi.Resource[] };
  /** Whether an update waits until the pods are ready. @default true */
  awaited?: boolean;
  /** Names cert-manager's ClusterIssuer that signs the pods' certificates. @default they speak plain HTTP */
  certificateIssuer?: pulumi.Input<string>;
  /** Port on every node that leads to the Service, for clusters without a load balancer. */
  nodePort?: number;
  /** What must be done before the pods start, e.g. a migration. */
  after?: pulumi.Resource[];
  transform?: {
    serviceAccount?: Transform<k8s.core.v1.ServiceAccountArgs>;
    deployment?: Transform<k8s.apps.v1.DeploymentArgs>;
    service?: Transform<k8s.core.v1.ServiceArgs>;
    autoscaler?: Transform<k8s.autoscaling.v2.HorizontalPodAutoscalerArgs>;
    disruptionBudget?: Transform<k8s.policy.v1.PodDisruptionBudgetArgs>;
  };
}

/**
 * A service of the platform: its pods evenly over the zones, its Service, its autoscaler and its disruption budget.
 * Costs the CPU and memory that its pods request.
 *
 * @example new Workload("gateway", { namespace, image, env: { TRADING_URL: trading.url } }, { provider: kubernetes })
 */
export class Workload extends pulumi.ComponentResource {
  /** Reached from inside the cluster. */
  readonly url: pulumi.Output<string>;
  readonly #name: string;
  readonly #args: WorkloadArgs & { service: string };
  /** Of the pods, by which all that belongs to them finds them. */
  readonly #labels: Record<string, string>;
  readonly #metadata: { name: string; namespace: pulumi.Input<string>; labels: Record<string, string> };

  constructor(name: string, args: WorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    const { replicas = 3 } = args;
    check(`workload ${name}`, [
      [/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name), "name", "expected a Kubernetes name"],
      [Number.isInteger(replicas) && replicas >= 3, "replicas", "expected at least 3, one a zone"],
      [(args.maxReplicas ?? replicas) >= replicas, "maxReplicas", "expected no less than replicas"],
    ]);
    super("trizone:kubernetes:Workload", name, {}, opts);
    this.#name = name;
    this.#args = { ...args, service: args.service ?? name };
    this.#labels = podLabels(this.#args.service, args.version);
    this.#metadata = { name, namespace: args.namespace, labels: this.#labels };
    const accounts = args.serviceAccount ? [] : [this.#serviceAccount()];
    this.#autoscaler(this.#scaled(this.#deployment(accounts, replicas), replicas), replicas);
    this.#disruptionBudget();
    this.url = this.#service();
    this.registerOutputs({ url: this.url });
  }

  #serviceAccount(): k8s.core.v1.ServiceAccount {
    const account = { metadata: this.#metadata, automountServiceAccountToken: false };
    return new k8s.core.v1.ServiceAccount(
      ...transformed(this.#args.transform?.serviceAccount, `${this.#name}-service-account`, account, {
        parent: this,
      }),
    );
  }

  #deployment(accounts: k8s.core.v1.ServiceAccount[], replicas: number): k8s.apps.v1.Deployment {
    const { canary, awaited = true } = this.#args;
    const release = canary ? RELEASE_LABELS.rollout : RELEASE_LABELS.deployment;
    const deployment = {
      metadata: awaited ? this.#metadata : { ...this.#metadata, annotations: NOT_AWAITED },
      spec: {
        // Under a Rollout the Deployment is only the template of its pods, and runs none.
        replicas: canary ? 0 : replicas,
        selector: { matchLabels: this.#labels },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: servingPod(
          { serviceAccount: this.#name, ...this.#args, ...this.#withCertificate() },
          release,
        ),
      },
    };
    return new k8s.apps.v1.Deployment(
      ...transformed(this.#args.transform?.deployment, `${this.#name}-deployment`, deployment, {
        parent: this,
        dependsOn: [...accounts, ...(this.#args.after ?? [])],
        ignoreChanges: canary ? undefined : AUTOSCALED,
      }),
    );
  }

  /** The pods' environment and mounts, with those of their certificate. */
  #withCertificate(): Pick<PodArgs, "env" | "mounts"> {
    const { certificateIssuer, service, namespace, env, mounts = [] } = this.#args;
    if (certificateIssuer === undefined) return { env, mounts };
    const services = [...new Set([this.#name, service])];
    const certificate = podCertificate(certificateIssuer, services, namespace);
    return { env: { ...env, ...certificate.env }, mounts: [...mounts, certificate.mount] };
  }

  /** What the autoscaler scales. */
  #scaled({ metadata }: k8s.apps.v1.Deployment, replicas: number): Canary["scaleTargetRef"] {
    const { canary, namespace, service } = this.#args;
    if (!canary) return { apiVersion: "apps/v1", kind: "Deployment", name: metadata.name };
    const { dependsOn, ...options } = canary;
    const { awaited } = this.#args;
    return new Canary(
      `${this.#name}-canary`,
      { ...options, awaited, namespace, service, replicas, labels: this.#labels, deployment: metadata },
      { parent: this, dependsOn },
    ).scaleTargetRef;
  }

  #service(): pulumi.Output<string> {
    const { nodePort, transform } = this.#args;
    const spec = {
      type: nodePort ? "NodePort" : "ClusterIP",
      selector: this.#labels,
      ports: [{ name: "http", port: HTTP_PORT, targetPort: "http", nodePort }],
      // Requests that a zonal shift keeps out of a zone at the balancer must not enter it from a pod elsewhere.
      trafficDistribution: "PreferSameZone",
    };
    const service = new k8s.core.v1.Service(
      ...transformed(
        transform?.service,
        `${this.#name}-service`,
        { metadata: this.#metadata, spec },
        { parent: this },
      ),
    );
    return serviceUrl(service.metadata, this.#args.certificateIssuer !== undefined);
  }

  #autoscaler(scaleTargetRef: Canary["scaleTargetRef"], replicas: number): void {
    const { maxReplicas = replicas * 4, targetCpuPercent = 60, scheduledMinimum, transform } = this.#args;
    const autoscaler = {
      metadata: this.#metadata,
      spec: {
        scaleTargetRef,
        minReplicas: replicas,
        maxReplicas,
        metrics: [
          {
            type: "Resource",
            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: targetCpuPercent } },
          },
        ],
      },
    };
    new k8s.autoscaling.v2.HorizontalPodAutoscaler(
      ...transformed(transform?.autoscaler, `${this.#name}-autoscaler`, autoscaler, {
        parent: this,
        ignoreChanges: scheduledMinimum ? ["spec.minReplicas"] : undefined,
      }),
    );
  }

  #disruptionBudget(): void {
    const budget = {
      metadata: this.#metadata,
      // One of the usual pods, two of those of the open: a zone that is back has its share in two minutes either way.
      spec: { maxUnavailable: "10%", selector: { matchLabels: this.#labels } },
    };
    new k8s.policy.v1.PodDisruptionBudget(
      ...transformed(this.#args.transform?.disruptionBudget, `${this.#name}-disruption-budget`, budget, {
        parent: this,
      }),
    );
  }
}

/** Where the cluster's pods reach a Service that leads to serving pods. */
export function serviceUrl(
  { name, namespace }: { name: pulumi.Input<string>; namespace: pulumi.Input<string> },
  secure: boolean,
): pulumi.Output<string> {
  const scheme = secure ? "https" : "http";
  return pulumi.interpolate`${scheme}://${name}.${namespace}.svc.cluster.local:${HTTP_PORT}`;
}
