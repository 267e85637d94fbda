import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { check, type Transform, transformed } from "../arguments.ts";
import { release } from "../cluster/index.ts";
import { PodRole, type Statement } from "../workload/index.ts";
import { alertRoute } from "./alert-route.ts";
import { dashboards } from "./dashboards.ts";
import { errorBudget, errorBudgetAlerts } from "./error-budget.ts";
import { goldenSignalAlerts, goldenSignals } from "./golden-signals.ts";
import { grayFailure, grayFailureAlerts } from "./gray-failure.ts";
import { newsAlerts, newsSignals } from "./news.ts";
import { prometheusStack } from "./prometheus-stack.ts";
import type { Objectives, RuleGroup } from "./rule.ts";

/**
 * What Prometheus asks the platform's pods, every 5 seconds: their admin port, which no Service leads to, so that it
 * is named by the pods' port. What they say of themselves (service, zone, pod) wins over what Prometheus would add.
 *
 * @param own namespace of the monitor
 * @param namespace of the pods
 */
function serviceMonitor(name: string, own: string, namespace: pulumi.Input<string>) {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: { name, namespace: own },
    spec: {
      namespaceSelector: { matchNames: [namespace] },
      selector: { matchLabels: { "app.kubernetes.io/part-of": "trizone" } },
      endpoints: [
        {
          targetPort: "admin",
          path: "/metrics",
          interval: "5s",
          scrapeTimeout: "4s",
          honorLabels: true,
          relabelings: [
            // `up` is Prometheus's own word, and needs its zone all the same.
            {
              sourceLabels: ["__meta_kubernetes_pod_label_topology_kubernetes_io_zone"],
              targetLabel: "zone",
            },
          ],
        },
      ],
    },
  };
}

export interface ObservabilityArgs {
  region: string;
  clusterName: pulumi.Input<string>;
  /** Namespace of the services' pods. */
  namespace: string;
  /** Services that must always be there. */
  services: readonly string[];
  /** Share of requests that are answered without a server error, in 30 days. @default 0.999 */
  availability?: number;
  /** Milliseconds in which 99 of 100 requests are answered. @default 250 */
  p99Ms?: number;
  /** SNS topic that alerts go to, and the KMS key that it is encrypted with. */
  alarmTopicArn: pulumi.Input<string>;
  alarmKeyArn: pulumi.Input<string>;
  /** KMS key of the metrics that are kept. */
  metricsKeyArn: pulumi.Input<string>;
  /** What pods need before they have their roles: the add-ons. */
  after?: pulumi.Resource[];
  tags?: Record<string, string>;
  transform?: {
    workspace?: Transform<aws.amp.WorkspaceArgs>;
    release?: Transform<k8s.helm.v3.ReleaseArgs>;
  };
}

const NAMESPACE = "monitoring";

/**
 * Metrics every 5 seconds, rules, alerts and dashboards: kube-prometheus-stack with the platform's rules and
 * dashboards, alerts to an SNS topic, and samples kept by Amazon Managed Prometheus (150 days). Costs the pods' share
 * of the nodes, and Managed Prometheus by samples (0.90 USD for ten million).
 *
 * @example new Observability("observability", { clusterName, services: ["web"], alarmTopicArn: alarms.arn, … }, { providers })
 */
export class Observability extends pulumi.ComponentResource {
  /** Base URL of the workspace's API. */
  readonly prometheusEndpoint: pulumi.Output<string>;
  readonly #name: string;
  readonly #args: ObservabilityArgs;

  constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, services, availability = 0.999, p99Ms = 250 } = args;
    check(`observability ${name}`, [
      [
        availability > 0 && availability < 1,
        "availability",
        "expected a share between 0 and 1, such as 0.999",
      ],
      [p99Ms > 0, "p99Ms", "expected milliseconds, more than 0"],
      [services.length > 0, "services", "expected at least one"],
    ]);
    super("trizone:aws:Observability", name, {}, opts);
    this.#name = name;
    this.#args = args;
    const objectives = { namespace, services, availability, p99: p99Ms / 1000 };
    const { prometheusEndpoint, arn } = this.#workspace();
    this.prometheusEndpoint = prometheusEndpoint;
    const roles = [
      this.#role("prometheus", [{ actions: ["aps:RemoteWrite"], resources: [arn] }]),
      this.#role("alertmanager", publishing(args)),
    ];
    const release = this.#release(pulumi.interpolate`${prometheusEndpoint}api/v1/remote_write`, roles);
    this.#configure(objectives, release);
    this.registerOutputs({ prometheusEndpoint });
  }

  #workspace(): aws.amp.Workspace {
    const { region, metricsKeyArn: kmsKeyArn, tags, transform } = this.#args;
    const alias = `${pulumi.getProject()}-${pulumi.getStack()}`;
    return new aws.amp.Workspace(
      ...transformed(
        transform?.workspace,
        `${this.#name}-workspace`,
        { alias, kmsKeyArn, region, tags },
        { parent: this },
      ),
    );
  }

  #role(serviceAccount: string, statements: Statement[]): PodRole {
    const { region, clusterName, tags } = this.#args;
    const role = { region, clusterName, namespace: NAMESPACE, serviceAccount, statements, tags };
    return new PodRole(`${this.#name}-${serviceAccount}`, role, { parent: this });
  }

  #release(remoteWriteUrl: pulumi.Input<string>, roles: PodRole[]): k8s.helm.v3.Release {
    const { region, clusterName, alarmTopicArn, after = [], transform } = this.#args;
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    const { name: namespace } = new k8s.core.v1.Namespace(
      `${this.#name}-namespace`,
      { metadata: { name: NAMESPACE, labels } },
      { parent: this },
    ).metadata;
    const alertmanager = alertRoute(region, alarmTopicArn);
    const chart = prometheusStack({ region, namespace, clusterName, remoteWriteUrl, alertmanager });
    return release(`${this.#name}-release`, chart, transform?.release, {
      parent: this,
      dependsOn: [...roles, ...after],
    });
  }

  /** The objects that the release's operator and Grafana's sidecar pick up. */
  #configure(objectives: Objectives, stack: k8s.helm.v3.Release): void {
    const options = { parent: this, dependsOn: [stack] };
    const { CustomResource } = k8s.apiextensions;
    new CustomResource(
      `${this.#name}-monitor`,
      serviceMonitor("trizone", NAMESPACE, objectives.namespace),
      options,
    );
    new CustomResource(
      `${this.#name}-rules`,
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: { name: "trizone", namespace: NAMESPACE },
        spec: { groups: ruleGroups(objectives) },
      },
      options,
    );
    const data = Object.entries(dashboards(objectives)).map(([file, json]) => [file, JSON.stringify(json)]);
    const metadata = {
      name: "trizone-dashboards",
      namespace: NAMESPACE,
      labels: { grafana_dashboard: "1" },
    };
    new k8s.core.v1.ConfigMap(
      `${this.#name}-dashboards`,
      { metadata, data: Object.fromEntries(data) },
      options,
    );
  }
}

/** Every rule of the platform. */
export function ruleGroups(objectives: Objectives): RuleGroup[] {
  return [
    goldenSignals(objectives),
    goldenSignalAlerts(objectives),
    grayFailure(),
    grayFailureAlerts(),
    errorBudget(objectives),
    errorBudgetAlerts(objectives),
    newsSignals(objectives),
    newsAlerts(),
  ];
}

/** Publishing to an encrypted topic takes its key too. */
function publishing({ alarmTopicArn, alarmKeyArn }: ObservabilityArgs): Statement[] {
  return [
    { actions: ["sns:Publish"], resources: [alarmTopicArn] },
    { actions: ["kms:GenerateDataKey", "kms:Decrypt"], resources: [alarmKeyArn] },
  ];
}
