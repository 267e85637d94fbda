import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { check, type Transform, transformed } from "../arguments.ts";
import { CONTAINER_SECURITY, OVER_ZONES, PAUSE_IMAGE, POD_SECURITY } from "../workload/index.ts";

export interface WarmPoolArgs {
  /** Pods kept in each zone. @default 1 */
  perZone?: number;
  /** The room that one pod keeps. @default { cpu: "500m", memory: "1Gi" } */
  room?: { cpu: string; memory: string };
  transform?: {
    deployment?: Transform<k8s.apps.v1.DeploymentArgs>;
    priorityClass?: Transform<k8s.scheduling.v1.PriorityClassArgs>;
    disruptionBudget?: Transform<k8s.policy.v1.PodDisruptionBudgetArgs>;
  };
}

/** The lowest for which the cluster autoscaler still adds a node. */
const PRIORITY = -10;

const LABELS = { "app.kubernetes.io/name": "warm-pool" };

/**
 * Room that is paid for ahead, in each zone: pods that do nothing and give way to any other, so that a pod of the
 * platform starts at once while the autoscaler brings a new node for the one that it displaced.
 * Costs the share of the nodes that they ask for.
 *
 * @example new WarmPool("warm-pool", { perZone: 2 }, { provider: cluster.kubernetes })
 */
export class WarmPool extends pulumi.ComponentResource {
  constructor(name: string, args: WarmPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    const { perZone = 1, room = { cpu: "500m", memory: "1Gi" }, transform } = args;
    check(`warm pool ${name}`, [[perZone >= 1, "perZone", "expected at least one pod a zone"]]);
    super("trizone:kubernetes:WarmPool", name, {}, opts);
    const parent = { parent: this };
    const restricted = { "pod-security.kubernetes.io/enforce": "restricted" };
    const namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name, labels: restricted } },
      parent,
    ).metadata.name;
    const priority = new k8s.scheduling.v1.PriorityClass(
      ...transformed(
        transform?.priorityClass,
        `${name}-priority`,
        {
          metadata: { name },
          value: PRIORITY,
          globalDefault: false,
          preemptionPolicy: "Never",
          description: "Gives way to every other pod",
        },
        parent,
      ),
    );
    const metadata = { name, namespace, labels: LABELS };
    const spec = {
      replicas: perZone * 3,
      selector: { matchLabels: LABELS },
      template: { metadata: { labels: LABELS }, spec: podSpec(priority.metadata.name, room) },
    };
    new k8s.apps.v1.Deployment(
      ...transformed(transform?.deployment, `${name}-deployment`, { metadata, spec }, parent),
    );
    // They are there to be evicted: none of them keeps a node from being drained.
    const budget = { metadata, spec: { maxUnavailable: "100%", selector: { matchLabels: LABELS } } };
    new k8s.policy.v1.PodDisruptionBudget(
      ...transformed(transform?.disruptionBudget, `${name}-disruption-budget`, budget, parent),
    );
    this.registerOutputs();
  }
}

function podSpec(priorityClassName: pulumi.Input<string>, room: { cpu: string; memory: string }) {
  return {
    priorityClassName,
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: POD_SECURITY,
    topologySpreadConstraints: [
      { ...OVER_ZONES, whenUnsatisfiable: "DoNotSchedule", labelSelector: { matchLabels: LABELS } },
    ],
    containers: [
      {
        name: "pause",
        image: PAUSE_IMAGE,
        resources: { requests: room, limits: { memory: room.memory } },
        securityContext: CONTAINER_SECURITY,
      },
    ],
  };
}
