import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { check, type Transform, transformed } from "../arguments.ts";

export interface CanaryOptions {
  /**
   * What the new version gets for how long, in percent of the pods and minutes, before it gets all. @default 10 % for
   * 5, 50 % for 10
   */
  steps?: { percent: number; minutes: number }[];
  /** Share of the new version's requests that may fail. @default 0.01 */
  maxErrors?: number;
  /** How much slower than the old version's p99 the new one's may be. @default 1.5 */
  maxSlowdown?: number;
  /** @default that of kube-prometheus-stack */
  prometheus?: string;
  transform?: {
    rollout?: Transform<k8s.apiextensions.CustomResourceArgs>;
    analysis?: Transform<k8s.apiextensions.CustomResourceArgs>;
  };
}

export interface CanaryArgs extends CanaryOptions {
  namespace: pulumi.Input<string>;
  /** Of the Deployment whose template the pods are made from; it runs none itself. */
  deployment: pulumi.Output<{ name: string; generation: number }>;
  /** Pods at first; from then on they are the autoscaler's. */
  replicas: number;
  /** Whether an update waits until the new version has all pods. @default true */
  awaited?: boolean | undefined;
  /** What its pods call themselves in their metrics, and their labels. */
  service: string;
  labels: Record<string, string>;
}

const STEPS = [
  { percent: 10, minutes: 5 },
  { percent: 50, minutes: 10 },
];

/** Minutes in which a new version's pods must get ready; then it is aborted. */
const PROGRESS_MINUTES = 10;

/** Has Pulumi not wait for an object's pods. */
export const NOT_AWAITED = { "pulumi.com/skipAwait": "true" };

/** Created with their minimum, so that `up` ends when that is ready; an update must not take back what was added. */
export const AUTOSCALED = ["spec.replicas"];

/** Where kube-prometheus-stack's Prometheus answers inside the cluster. */
const PROMETHEUS = "http://monitoring-prometheus.monitoring.svc.cluster.local:9090";

/** Seconds of p99 below which being slower harms nobody. */
const FAST_ENOUGH = 0.05;

/**
 * Gives a new version of a service to a tenth of its pods, then to half, then to all, while its errors and its p99 are
 * compared with the old one's; when they are worse, all go back to the old version. Needs Argo Rollouts and Prometheus.
 * `up` waits until the new version has all pods, and fails when it doesn't get them. Costs the new version's pods
 * beside the old one's while it lasts.
 *
 * @example new Canary("trading-canary", { namespace, service: "trading", labels, replicas: 6, deployment: deployment.metadata }, { provider })
 */
export class Canary extends pulumi.ComponentResource {
  /** What an autoscaler scales in the Deployment's place. */
  readonly scaleTargetRef: { apiVersion: string; kind: string; name: pulumi.Output<string> };

  constructor(name: string, args: CanaryArgs, opts?: pulumi.ComponentResourceOptions) {
    const { steps = STEPS, maxErrors = 0.01, maxSlowdown = 1.5, namespace, transform } = args;
    const percents = [0, ...steps.map(({ percent }) => percent), 100];
    check(`canary ${name}`, [
      [
        percents.every((percent, index) => index === 0 || percent > (percents[index - 1] ?? 0)),
        "steps",
        "expected percents that grow, between 0 and 100",
      ],
      [steps.every(({ minutes }) => minutes >= 1), "steps", "expected a minute at least for each"],
      [maxErrors > 0 && maxErrors < 1, "maxErrors", "expected a share between 0 and 1"],
      [maxSlowdown > 1, "maxSlowdown", "expected more than 1"],
    ]);
    super("trizone:kubernetes:Canary", name, {}, opts);
    // Pulumi lets a component's children begin before what the component depends on.
    const child = { parent: this, dependsOn: opts?.dependsOn };
    const analysis = new k8s.apiextensions.CustomResource(
      ...transformed(
        transform?.analysis,
        `${name}-analysis`,
        {
          apiVersion: API,
          kind: "AnalysisTemplate",
          metadata: { name, namespace },
          spec: analysisSpec(args.prometheus ?? PROMETHEUS, maxErrors, maxSlowdown),
        },
        child,
      ),
    );
    const { name: deployed } = args.deployment;
    const metadata = {
      name: deployed,
      namespace,
      labels: args.labels,
      annotations: args.awaited === false ? NOT_AWAITED : waiting(args.deployment, steps),
    };
    const spec = rolloutSpec(args, steps, analysis.metadata.name);
    const rollout = new k8s.apiextensions.CustomResource(
      ...transformed(
        transform?.rollout,
        `${name}-rollout`,
        { apiVersion: API, kind: "Rollout", metadata, spec },
        { ...child, ignoreChanges: AUTOSCALED },
      ),
    );
    this.scaleTargetRef = { apiVersion: API, kind: "Rollout", name: rollout.metadata.name };
    this.registerOutputs();
  }
}

const API = "argoproj.io/v1alpha1";

/**
 * What `up` waits for. The Deployment's generation grows with each release: it makes the Rollout, in which nothing else
 * changes, part of the update, and tells the phase of this release from the last one's. An aborted release is
 * `Degraded` and never `Healthy`, so that the time runs out.
 */
function waiting(deployment: CanaryArgs["deployment"], steps: { minutes: number }[]) {
  const minutes = steps.reduce((sum, step) => sum + step.minutes, 2 * PROGRESS_MINUTES);
  return {
    "pulumi.com/waitFor": deployment.generation.apply((generation) =>
      JSON.stringify([
        `jsonpath={.status.workloadObservedGeneration}=${generation}`,
        "jsonpath={.status.phase}=Healthy",
      ]),
    ),
    "pulumi.com/timeoutSeconds": String(minutes * 60),
  };
}

/** Makes pods from the Deployment's template, and gives a new version its share step by step. */
function rolloutSpec(
  { service, labels, replicas, deployment: { name: deployment } }: CanaryArgs,
  steps: { percent: number; minutes: number }[],
  templateName: pulumi.Input<string>,
) {
  return {
    replicas,
    selector: { matchLabels: labels },
    // `progressively` and `onsuccess` scale the Deployment back up when a release is aborted, and who scales the Rollout
    // meanwhile leaves it so: the next release would begin there with all pods.
    workloadRef: { apiVersion: "apps/v1", kind: "Deployment", name: deployment, scaleDown: "never" },
    progressDeadlineSeconds: PROGRESS_MINUTES * 60,
    progressDeadlineAbort: true,
    strategy: {
      canary: {
        maxUnavailable: 0,
        maxSurge: "34%",
        steps: [
          ...steps.flatMap(({ percent, minutes }) => [
            { setWeight: percent },
            { pause: { duration: `${minutes}m` } },
          ]),
          { setWeight: 100 },
        ],
        analysis: {
          startingStep: 1,
          templates: [{ templateName }],
          args: [
            { name: "service", value: service },
            { name: "rollout", value: deployment },
            { name: "new", valueFrom: { podTemplateHashValue: "Latest" } },
            { name: "old", valueFrom: { podTemplateHashValue: "Stable" } },
          ],
        },
      },
    },
  };
}

/** Measured every half-minute: the second bad value ends a rollout; no value, since there are no requests, does not. */
function analysisSpec(address: string, maxErrors: number, maxSlowdown: number) {
  const of = (metric: string, hash: string, more = "") =>
    `rate(${metric}{service="{{args.service}}",pod=~"{{args.rollout}}-{{args.${hash}}}-.*"${more}}[2m])`;
  const p99 = (hash: string) =>
    `histogram_quantile(0.99, sum by (le) (${of("http_request_duration_seconds_bucket", hash)}))`;
  const errors = of("http_requests_total", "new", ',status=~"5.."');
  const metric = (name: string, query: string, most: number) => ({
    name,
    interval: "30s",
    initialDelay: "1m",
    failureLimit: 1,
    successCondition: `len(result) == 0 || isNaN(result[0]) || result[0] <= ${most}`,
    provider: { prometheus: { address, query } },
  });
  return {
    args: ["service", "rollout", "new", "old"].map((name) => ({ name })),
    metrics: [
      metric("errors", `sum(${errors}) / sum(${of("http_requests_total", "new")})`, maxErrors),
      metric("p99", `${p99("new")} / clamp_min(${p99("old")}, ${FAST_ENOUGH})`, maxSlowdown),
    ],
  };
}
